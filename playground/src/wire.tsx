// Every request on the wire, newest first; secrets are masked by the server.
import { useMemo, useState } from "react";
import { clockTime } from "./dates";
import type { WireEntry } from "./types";

const MOST = 80;

export function Wire({ entries, zone }: { entries: WireEntry[]; zone: string }) {
  const [only, setOnly] = useState("");
  const sides = useMemo(() => [...new Set(entries.flatMap((each) => [each.from, each.to]))].sort(), [entries]);
  const shown = entries.filter((each) => only === "" || each.from === only || each.to === only).slice(-MOST).reverse();
  return (
    <section className="wire" aria-label="On the wire">
      <h3>
        On the wire <span className="detail">secrets masked</span>
      </h3>
      {sides.length > 0 && (
        <select className="select" aria-label="Whose requests" value={only} onChange={(event) => setOnly(event.target.value)}>
          <option value="">Everybody’s requests</option>
          {sides.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      )}
      {shown.length === 0 && <p className="detail">Nothing yet. Type a command.</p>}
      {shown.map((entry) => (
        <Entry key={entry.n} entry={entry} zone={zone} />
      ))}
    </section>
  );
}

function Entry({ entry, zone }: { entry: WireEntry; zone: string }) {
  const bad = typeof entry.status === "number" ? entry.status >= 400 : false;
  return (
    <details className="entry">
      <summary>
        <span className="what">{entry.what}</span>
        <span className={bad ? "status bad" : "status"}>{entry.status ?? "…"}</span>
        <span className="route">
          {clockTime(new Date(entry.at), zone)} {entry.from} → {entry.to}
          {entry.ms === null || entry.ms === undefined ? "" : ` · ${Math.round(entry.ms)} ms`}
        </span>
      </summary>
      {entry.request !== undefined && entry.request !== "" && <Content name="Request" content={entry.request} />}
      {entry.response !== undefined && entry.response !== "" && <Content name="Response" content={entry.response} />}
    </details>
  );
}

function Content({ name, content }: { name: string; content: unknown }) {
  return (
    <>
      <h4>{name}</h4>
      <pre tabIndex={0}>{pretty(content)}</pre>
    </>
  );
}

function pretty(content: unknown): string {
  if (typeof content !== "string") return JSON.stringify(content, null, 2);
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
}
