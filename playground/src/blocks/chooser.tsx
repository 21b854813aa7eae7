// A box to choose in by typing: one or several, with what is chosen as removable chips (WAI-ARIA combobox).
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { usePopup } from "./popup";

export type Choice = { value: string; label: string; detail?: string };

type Props = {
  choices: Choice[];
  selected: Choice[];
  most: number;
  label: string;
  placeholder: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  search?: (words: string) => Promise<Choice[]>;
  onChange: (selected: Choice[]) => void;
};

export function Chooser(props: Props) {
  const { selected, most, onChange } = props;
  const id = useId();
  const [words, setWords] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const close = () => setOpen(false);
  const popup = usePopup<HTMLUListElement>(open, box, close);
  const found = useFound(props, words, open);
  const isChosen = (choice: Choice) => selected.some((each) => each.value === choice.value);

  useEffect(() => {
    popup.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at, open, popup]);

  const show = () => {
    if (!open) setAt(Math.max(0, found.findIndex(isChosen)));
    setOpen(true);
  };
  const toggle = (choice: Choice | undefined) => {
    if (!choice) return;
    if (most === 1) {
      onChange([choice]);
      close();
    } else if (isChosen(choice)) onChange(selected.filter((each) => each.value !== choice.value));
    else if (selected.length < most) onChange([...selected, choice]);
    setWords("");
    input.current?.focus();
  };

  const key = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) show();
      else setAt((at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open) toggle(found[at]);
      else show();
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && words === "" && selected.length > 0) onChange(selected.slice(0, -1));
    else if (event.key === "Tab") close();
  };

  return (
    <div className={`chooser${props.invalid ? " invalid" : ""}`} ref={box}>
      {selected.map((each) => (
        <span className="chip" key={each.value}>
          {each.label}
          <button
            type="button"
            aria-label={`Remove ${each.label}`}
            onClick={() => onChange(selected.filter((other) => other.value !== each.value))}
          >
            ×
          </button>
        </span>
      ))}
      <input
        ref={input}
        role="combobox"
        aria-label={props.label}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-activedescendant={open && found[at] ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        autoComplete="off"
        placeholder={selected.length > 0 ? "" : props.placeholder}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
          setOpen(true);
        }}
        onClick={show}
        onKeyDown={key}
      />
      {open && (
        <ul className="popup" role="listbox" aria-multiselectable={most > 1} aria-label={props.label} id={id} ref={popup}>
          {found.map((choice, index) => (
            <li
              key={choice.value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={isChosen(choice)}
              data-active={index === at}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => toggle(choice)}
            >
              <span className="tick">{isChosen(choice) ? "✓" : ""}</span>
              {choice.label}
              {choice.detail && <span className="detail">{choice.detail}</span>}
            </li>
          ))}
          {found.length === 0 && (
            <li role="option" aria-selected={false} aria-disabled className="none">
              No matches
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function useFound({ choices, search }: Props, words: string, open: boolean): Choice[] {
  const [asked, setAsked] = useState<Choice[]>([]);
  useEffect(() => {
    if (!search || !open) return;
    let wanted = true;
    void search(words).then((answer) => wanted && setAsked(answer));
    return () => {
      wanted = false;
    };
  }, [search, words, open]);
  if (search) return asked;
  const wanted = words.trim().toLowerCase();
  return choices.filter((each) => each.label.toLowerCase().includes(wanted));
}
