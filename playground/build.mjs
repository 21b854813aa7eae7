// Builds the page into bot/demo/playground/assets, with the licences of what is in it and a hash of its sources:
// tests/demo/test_playground_assets.py computes the same hash, and says when the assets are older than the sources.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, "..", "bot", "demo", "playground", "assets");
mkdirSync(assets, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: "src/main.tsx" },
  outdir: assets,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  legalComments: "none",
  charset: "utf8",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".woff2": "file" },
  assetNames: "[name]",
  metafile: true,
  logLevel: "warning",
});
copyFileSync(join(here, "src", "index.html"), join(assets, "index.html"));
writeFileSync(join(assets, "LICENSES.txt"), licences(Object.keys(result.metafile.inputs)));
writeFileSync(join(assets, "SOURCES"), `${hashOfSources()}\n`);

/** The licence of every package that is in the bundle; and of what packages have within themselves, unnamed. */
function licences(inputs) {
  const packages = new Set(inputs.map((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
  const texts = [...packages].sort().map((folder) => {
    const about = JSON.parse(readFileSync(join(here, folder, "package.json"), "utf8"));
    const file = readdirSync(join(here, folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? readFileSync(join(here, folder, file), "utf8").trim() : "(The package names its licence and has no text of it.)";
    return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
  });
  const vendored = readdirSync(join(here, "src", "vendored"));
  texts.push(...vendored.sort().map((name) => readFileSync(join(here, "src", "vendored", name), "utf8")));
  const rule = `\n${"=".repeat(80)}\n\n`;
  return `The playground's page is built from these packages, each under its own licence.\n${rule}${texts.join(rule)}`;
}

/** Names and contents of all sources, in the order of their names. */
function hashOfSources() {
  const hash = createHash("sha256");
  const files = readdirSync(join(here, "src"), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => relative(here, join(each.parentPath, each.name)).split(sep).join("/"));
  for (const name of [...files, "build.mjs", "package.json", "package-lock.json"].sort()) {
    hash.update(`${name}\0`);
    hash.update(readFileSync(join(here, name)));
    hash.update("\0");
  }
  return hash.digest("hex");
}
