// What only a playground has: time, what happens in SuperOffice, what breaks, and every request on the wire.
import { type ReactNode, useEffect, useState } from "react";
import { clockTime, dayName, zoneName } from "./dates";
import type { Json, Member, Panel as PanelState, WireEntry } from "./types";
import { Wire } from "./wire";

type Props = {
  me: Member;
  panel: PanelState;
  offset: number;
  wire: WireEntry[];
  /** Do it; what is so now, in words. */
  act: (what: string, more?: Json) => Promise<string>;
  close: () => void;
};

const FAULTS: [how: string, label: string][] = [
  ["down", "Down: no connection"],
  ["slow", "Slow: 6 seconds an answer"],
  ["busy", "Busy: HTTP 503"],
  ["failing", "Failing: a database error"],
  ["refusing", "Refusing: no rights"],
  ["silent", "Silent: never answers"],
  ["forgetful", "Forgetful: tickets expired"],
];

export function Panel({ me, panel, offset, wire, act, close }: Props) {
  const [how, setHow] = useState("down");
  const [said, setSaid] = useState<[deed: string, words: string]>(["", ""]);
  const faults = panel.faults ?? [];
  const run = async (what: string, more?: Json) => {
    setSaid([what, ""]);
    setSaid([what, await act(what, more)]);
  };
  const words = (...deeds: string[]) => (deeds.includes(said[0]) ? said[1] : "");
  return (
    <aside className="panel" aria-label="Playground panel">
      <header>
        <h2>Behind the scenes</h2>
        <button type="button" className="icon" aria-label="Close the panel" onClick={close}>
          ×
        </button>
      </header>
      <div className="panel-body">
        <Part name="Time" words={words("tomorrow", "forward", "clock_change")}>
          <Clock offset={offset} zone={me.tz ?? "UTC"} />
          <div className="row">
            <Do run={run} what="tomorrow" label="Tomorrow 08:00" main />
            <Do run={run} what="forward" more={{ minutes: 15 }} label="+15 min" />
            <Do run={run} what="forward" more={{ minutes: 60 }} label="+1 h" />
            <Do run={run} what="clock_change" label="Clock Change" title="The night when the clocks change" />
          </div>
        </Part>
        <Part name="Sign-in page" words={words("login")}>
          <SignIn me={me} panel={panel} />
          {panel.login && (
            <div className="row">
              <Do run={run} what="login" label="Sign In for Me" title="Does what the link button and its page do" />
            </div>
          )}
        </Part>
        <Part name="SuperOffice" state={faults.join(", ")} words={words("happen", "expire", "crm", "mend")}>
          <div className="row">
            <Do run={run} what="happen" label="Make Activity Happen" />
            <Do run={run} what="expire" label="Expire My Ticket" />
          </div>
          <div className="row">
            <select className="select" aria-label="What SuperOffice is" value={how} onChange={(event) => setHow(event.target.value)}>
              {FAULTS.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
            <Do run={run} what="crm" more={{ how }} label="Break" />
            <Do run={run} what="mend" label="Mend All" />
          </div>
        </Part>
        <Part name="Slack" state={Object.keys(panel.limited ?? {}).length > 0 ? "rate-limited" : ""} words={words("limit")}>
          <div className="row">
            <Do run={run} what="limit" more={{ seconds: 30 }} label="Rate-Limit for 30 s" />
          </div>
        </Part>
        <Wire entries={wire} zone={me.tz ?? "UTC"} />
      </div>
    </aside>
  );
}

type PartProps = { name: string; state?: string; words: string; children: ReactNode };

function Part({ name, state, words, children }: PartProps) {
  return (
    <section aria-label={name}>
      <h3>
        {name} {state && <span className="fault">{state}</span>}
      </h3>
      {children}
      <p className="said" role="status" dir="auto">
        {words}
      </p>
    </section>
  );
}

type DoProps = {
  run: (what: string, more?: Json) => Promise<void>;
  what: string;
  label: string;
  more?: Json;
  title?: string;
  main?: boolean;
};

function Do({ run, what, label, more, title, main }: DoProps) {
  const [isBusy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    await run(what, more);
    setBusy(false);
  };
  return (
    <button type="button" className={`button${main ? " primary" : ""}`} title={title} aria-busy={isBusy || undefined} onClick={() => void press()}>
      {label}
    </button>
  );
}

function Clock({ offset, zone }: { offset: number; zone: string }) {
  const [real, setReal] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setReal(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const now = new Date(real + offset);
  return (
    <p className="clock">
      <strong>{clockTime(now, zone)}</strong>
      <span>
        {dayName(now, new Date(0), zone)}
        <br />
        <span className="detail">{zoneName(now, zone)}</span>
      </span>
    </p>
  );
}

function SignIn({ me, panel }: { me: Member; panel: PanelState }) {
  const login = panel.login ?? me.login;
  const password = panel.password ?? me.password;
  if (!login) return <p className="detail">{me.real_name} has no SuperOffice user.</p>;
  return (
    <dl className="sign-in">
      <Copied name="User name" value={login} />
      {password && <Copied name="Password" value={password} />}
    </dl>
  );
}

function Copied({ name, value }: { name: string; value: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
      </dd>
      <dd>
        <button type="button" className="button tiny" aria-label={`Copy ${name.toLowerCase()}`} onClick={() => void copy()}>
          {done ? "Copied" : "Copy"}
        </button>
      </dd>
    </div>
  );
}
