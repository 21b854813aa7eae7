// Slack's text objects. The renderer that draws the other blocks unescapes before it parses, so that escaped CRM
// text would turn into mentions and links, and shows `verbatim` text raw: neither is as Slack does it.
import { Fragment, type ReactNode } from "react";
import { nameOf, type Scenery, useScenery } from "../context";
import { dateToken } from "../dates";
import type { Json } from "../types";

const ANGLE = "<[^<>\\n]+>";

/** Between two marks: a link is taken as a whole, whatever is in its label; in one way only, so quickly. */
function spanned(name: string, mark: string): string {
  const inner = `(?<${name}>(?:${ANGLE}|(?!${ANGLE})[^${mark}\\n])+?)`;
  return `(?<![\\w${mark}])${mark}(?=\\S)${inner}(?<=\\S)${mark}(?![\\w${mark}])`;
}

const TOKEN = new RegExp(
  [
    "```(?<pre>[^]+?)```",
    "`(?<code>[^`\\n]+)`",
    "<(?<angle>[^<>\\n]+)>",
    spanned("bold", "\\*"),
    spanned("italic", "_"),
    spanned("strike", "~"),
  ].join("|"),
  "g",
);

/** What was escaped, unescaped: `&amp;` last, so that nothing is unescaped twice. */
const plain = (text: string): string => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** A text object: mrkdwn, or plain text that is never parsed. */
export function Text({ text, className }: { text: Json | undefined; className?: string }) {
  const scenery = useScenery();
  if (!text) return null;
  const content = text.type === "mrkdwn" ? paragraphs(String(text.text), scenery) : String(text.text);
  return <span className={`text ${className ?? ""}`}>{content}</span>;
}

export function Mrkdwn({ children }: { children: string }) {
  const scenery = useScenery();
  return <span className="text">{paragraphs(children, scenery)}</span>;
}

export function Anchor({ href, children, className }: { href: string; children: ReactNode; className?: string }) {
  if (!/^(https?|mailto|tel):/i.test(href)) return <span className={className}>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className={className}>
      {children}
    </a>
  );
}

export const Mention = ({ children }: { children: ReactNode }) => <span className="mention">{children}</span>;

/** Lines that begin with `>` stand in a quote. */
function paragraphs(text: string, scenery: Scenery): ReactNode {
  const groups: { quoted: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const quoted = line.startsWith("&gt;") || line.startsWith(">");
    const last = groups.at(-1);
    const kept = quoted ? line.replace(/^(&gt;|>) ?/, "") : line;
    if (last?.quoted === quoted) last.lines.push(kept);
    else groups.push({ quoted, lines: [kept] });
  }
  return groups.map(({ quoted, lines }, index) => {
    const spans = inline(lines.join("\n"), scenery);
    return quoted ? <blockquote key={index}>{spans}</blockquote> : <Fragment key={index}>{spans}</Fragment>;
  });
}

function inline(text: string, scenery: Scenery): ReactNode[] {
  const result: ReactNode[] = [];
  let position = 0;
  for (const match of text.matchAll(TOKEN)) {
    result.push(plain(text.slice(position, match.index)));
    result.push(<Fragment key={match.index}>{token(match.groups ?? {}, scenery)}</Fragment>);
    position = match.index + match[0].length;
  }
  result.push(plain(text.slice(position)));
  return result;
}

function token(groups: Record<string, string | undefined>, scenery: Scenery): ReactNode {
  const { pre, code, angle, bold, italic, strike } = groups;
  if (pre !== undefined) return <pre>{plain(pre.replace(/^\n|\n$/g, ""))}</pre>;
  if (code !== undefined) return <code>{plain(code)}</code>;
  if (angle !== undefined) return bracketed(angle, scenery);
  if (bold !== undefined) return <strong>{inline(bold, scenery)}</strong>;
  if (italic !== undefined) return <em>{inline(italic, scenery)}</em>;
  return <s>{inline(strike ?? "", scenery)}</s>;
}

function bracketed(inner: string, scenery: Scenery): ReactNode {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : plain(inner.slice(bar + 1));
  if (target.startsWith("!date^")) return date(target, scenery);
  if (/^[@#!]/.test(target)) {
    const name = label || nameOf(scenery, target.slice(1).split("^")[0] ?? "");
    return <Mention>{(target[0] === "#" ? "#" : "@") + name.replace(/^[@#]+/, "")}</Mention>;
  }
  return <Anchor href={plain(target)}>{label || plain(target.replace(/^mailto:/, ""))}</Anchor>;
}

function date(target: string, scenery: Scenery): ReactNode {
  const [, seconds = "0", format = "", ...address] = target.split("^");
  const shown = plain(dateToken(format, Number(seconds), new Date(scenery.now), scenery.me.tz));
  return address.length > 0 ? <Anchor href={plain(address.join("^"))}>{shown}</Anchor> : shown;
}
