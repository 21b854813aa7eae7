// A popup under what opens it, or above where there is more room. It moves along, and goes with Escape or a click elsewhere.
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

export function usePopup<T extends HTMLElement>(
  open: boolean,
  anchor: RefObject<HTMLElement | null>,
  close: () => void,
): RefObject<T | null> {
  const popup = useRef<T | null>(null);
  useLayoutEffect(() => {
    if (open && popup.current && anchor.current) place(popup.current, anchor.current.getBoundingClientRect());
  });
  useEffect(() => {
    if (!open) return;
    const inside = (target: EventTarget | null) =>
      target instanceof Node && (popup.current?.contains(target) || anchor.current?.contains(target));
    const away = (event: Event) => {
      if (!inside(event.target)) close();
    };
    document.addEventListener("pointerdown", away);
    const follow = (event: Event) => {
      if (event.target instanceof Node && popup.current?.contains(event.target)) return;
      if (popup.current && anchor.current) place(popup.current, anchor.current.getBoundingClientRect());
    };
    document.addEventListener("scroll", follow, true);
    window.addEventListener("resize", follow);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("scroll", follow, true);
      window.removeEventListener("resize", follow);
    };
  });
  return popup;
}

function place(popup: HTMLElement, at: DOMRect): void {
  const below = window.innerHeight - at.bottom;
  const height = Math.min(popup.scrollHeight, 280);
  const up = below < height + 12 && at.top > below;
  popup.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - popup.offsetWidth - 8))}px`;
  popup.style.top = up ? "auto" : `${at.bottom + 4}px`;
  popup.style.bottom = up ? `${window.innerHeight - at.top + 4}px` : "auto";
  popup.style.maxHeight = `${Math.min(280, (up ? at.top : below) - 16)}px`;
  popup.style.minWidth = `${Math.min(at.width, 420)}px`;
}
