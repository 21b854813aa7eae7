// Where one types, with hints for slash commands.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Hint } from "./types";

type Props = {
  label: string;
  hints: Hint[];
  draft: string;
  setDraft: (text: string) => void;
  send: (text: string) => void;
  focusOn?: string;
};

type Line = { text: string; detail: string; full: string };

export function Composer({ label, hints, draft, setDraft, send, focusOn }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [at, setAt] = useState(-1);
  const [isHidden, setHidden] = useState(false);
  const lines = isHidden ? [] : matching(hints, draft);

  useEffect(() => {
    if (window.matchMedia("(min-width: 700px)").matches) area.current?.focus();
  }, [focusOn]);
  useEffect(() => {
    const { current } = area;
    if (!current) return;
    current.style.height = "auto";
    current.style.height = `${Math.min(current.scrollHeight, 160)}px`;
  }, [draft]);

  const change = (text: string) => {
    setDraft(text);
    setAt(-1);
    setHidden(false);
  };
  const take = (line: Line) => {
    change(line.full);
    area.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (lines.length > 0 && down !== undefined) {
      event.preventDefault();
      setAt((at + down + lines.length + (at < 0 && down < 0 ? 1 : 0)) % lines.length);
    } else if (lines.length > 0 && (event.key === "Tab" || event.key === "Enter") && lines[at] && lines[at].full !== draft) {
      event.preventDefault();
      take(lines[at]);
    } else if (event.key === "Escape" && lines.length > 0) {
      event.preventDefault();
      setHidden(true);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  };
  const submit = () => {
    const text = draft.trim();
    if (text === "") return;
    send(text);
    change("");
  };

  return (
    <div className="composer">
      {lines.length > 0 && (
        <ul className="hints" role="listbox" aria-label="Commands" id={id}>
          {lines.map((line, index) => (
            <li
              key={line.full}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => take(line)}
            >
              <strong>{line.text}</strong> <span className="detail">{line.detail}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="composer-box">
        <textarea
          ref={area}
          rows={1}
          aria-label={label}
          aria-haspopup="listbox"
          aria-controls={lines.length > 0 ? id : undefined}
          aria-activedescendant={at >= 0 && lines[at] ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          placeholder={label}
          value={draft}
          onChange={(event) => change(event.target.value)}
          onKeyDown={key}
        />
        <button type="button" className="send" aria-label="Send" disabled={draft.trim() === ""} onClick={submit}>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <path d="M2 3l16 7-16 7 2.5-6L11 10 4.5 9z" fill="currentColor" />
          </svg>
        </button>
      </div>
    </div>
  );
}

/** The command while it is typed, then the words that may follow it: those of its usage hint. */
function matching(hints: Hint[], draft: string): Line[] {
  if (!draft.startsWith("/") || draft.includes("\n")) return [];
  const commands = hints.filter((each) => each.command.startsWith(draft) || draft.startsWith(`${each.command} `));
  return commands.flatMap((hint) => {
    const whole = { text: hint.command, detail: hint.description, full: `${hint.command} ` };
    const typed = draft.slice(hint.command.length).trimStart();
    const verbs = (hint.usage_hint ?? "").split("|").map((each) => each.trim());
    const lines = verbs
      .filter((verb) => verb !== "" && verb.startsWith(typed) && verb !== typed)
      .map((verb) => ({ text: `${hint.command} ${verb}`, detail: "", full: `${hint.command} ${verb}` }));
    return draft.length <= hint.command.length ? [whole, ...lines] : lines;
  });
}
