// What one can press in a message, a modal or the Home tab: each reports to the bot, and asks first where it says so.
import { type KeyboardEvent, useCallback, useContext, useRef, useState } from "react";
import { useConfirm } from "../dialog";
import { useScenery } from "../context";
import type { Element, Json, Where } from "../types";
import { Control } from "./controls";
import { usePopup } from "./popup";
import { HoldingContext, useHeld } from "./held";
import { Text } from "./text";
import { chosen, entry, holdsValue, valueOf } from "./values";

export type Pressable = { element: Element; blockId: string; where: Where };

export function Interactive(props: Pressable) {
  const { element } = props;
  if (element.type === "button" || element.type === "workflow_button") return <Button {...props} />;
  if (element.type === "overflow") return <Overflow {...props} />;
  if (element.type === "icon_button") return <Button {...props} element={{ ...element, text: element.text }} />;
  if (element.type === "feedback_buttons") return <Feedback {...props} />;
  if (element.type === "image") return <img className="thumb" src={element.image_url} alt={element.alt_text} />;
  if (holdsValue(element)) return <ActingControl {...props} />;
  return <span className="unknown">{`[${element.type}]`}</span>;
}

/** Delivers an action, after the question that the element may ask. */
function useDelivery({ element, blockId, where }: Pressable): [boolean, (what: Json, url?: string) => Promise<boolean>] {
  const { press } = useScenery();
  const confirm = useConfirm();
  const holding = useContext(HoldingContext);
  const [isBusy, setBusy] = useState(false);
  const deliver = async (what: Json, url?: string) => {
    if (element.confirm && !(await confirm(element.confirm))) return false;
    if (url) window.open(url, "_blank", "noopener,noreferrer");
    setBusy(true);
    try {
      const values = holding === null ? {} : { values: holding.values };
      await press(where, { block_id: blockId, action_id: element.action_id, ...values, ...what });
    } finally {
      setBusy(false);
    }
    return true;
  };
  return [isBusy, deliver];
}

function Button(props: Pressable) {
  const { element } = props;
  const [isBusy, deliver] = useDelivery(props);
  const what = element.value === undefined ? {} : { value: element.value };
  return (
    <button
      type="button"
      className={`button ${element.style ?? ""}`}
      aria-label={element.accessibility_label}
      aria-busy={isBusy || undefined}
      onClick={() => !isBusy && void deliver(what, element.url)}
    >
      <Text text={element.text} />
      {element.url && <span className="visually-hidden"> (opens in a new tab)</span>}
    </button>
  );
}

function Feedback({ element, ...rest }: Pressable) {
  const buttons = [element.positive_button, element.negative_button].filter(Boolean);
  return (
    <>
      {buttons.map((each: Json, index) => (
        <Button key={index} {...rest} element={{ ...each, type: "button", action_id: element.action_id }} />
      ))}
    </>
  );
}

function Overflow(props: Pressable) {
  const { element } = props;
  const [isBusy, deliver] = useDelivery(props);
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const popup = usePopup<HTMLDivElement>(open, anchor, () => setOpen(false));
  const items = () => Array.from(popup.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? []);

  const leave = () => {
    setOpen(false);
    anchor.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    } else if (event.key === "Tab") setOpen(false);
    else if (to !== undefined) all[to % all.length]?.focus();
    else return;
    if (event.key !== "Tab") event.preventDefault();
  };
  const choose = (option: Json) => {
    leave();
    void deliver({ choice: option.value }, option.url);
  };
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className="button dots"
        aria-label={element.accessibility_label ?? "More actions"}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-busy={isBusy || undefined}
        onClick={() => {
          setOpen(!open);
          setTimeout(() => items()[0]?.focus());
        }}
      >
        <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
          <circle cx="10" cy="4" r="1.6" />
          <circle cx="10" cy="10" r="1.6" />
          <circle cx="10" cy="16" r="1.6" />
        </svg>
      </button>
      {open && (
        <div className="popup menu" role="menu" ref={popup} onKeyDown={key}>
          {element.options.map((option: Json) => (
            <button type="button" role="menuitem" tabIndex={-1} key={option.value} onClick={() => choose(option)}>
              <Text text={option.text} />
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** A select or picker outside of an input block: choosing is the action. */
function ActingControl(props: Pressable) {
  const { element, blockId, where } = props;
  const { options } = useScenery();
  const [, deliver] = useDelivery(props);
  const held = useHeld(blockId, element);
  const search = useCallback(
    (words: string) => options(where, { block_id: blockId, action_id: element.action_id, value: words }),
    [options, where, blockId, element.action_id],
  );
  const change = async (value: any) => {
    const before = held.entry;
    held.set(entry(element, value));
    if (!(await deliver(chosen(value)))) held.set(before);
  };
  return (
    <Control
      element={element}
      value={valueOf(element, held.entry)}
      label={element.accessibility_label ?? element.placeholder?.text ?? "Choose"}
      onChange={(value) => void change(value)}
      search={search}
    />
  );
}
