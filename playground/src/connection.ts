// The state of the page, kept by what the server pushes; and the way to ask it for something.
import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { Refused, Socket } from "./socket";
import { type Change, EMPTY, reduce, type State } from "./state";
import { token } from "./memory";
import type { Json } from "./types";

export type Toast = { id: number; text: string };
type Connection = {
  state: State;
  change: (change: Change) => void;
  /** Ask; a refusal is shown as a toast, and `null` comes back. */
  ask: (what: string, more?: Json) => Promise<Json | null>;
  toasts: Toast[];
  dismiss: (id: number) => void;
};

const TOAST = 6000;

export function useConnection(hello: () => Json): Connection {
  const [state, change] = useReducer(reduce, EMPTY);
  const [toasts, setToasts] = useState<Toast[]>([]);
  const socket = useRef<Socket | null>(null);
  const count = useRef(0);

  const dismiss = useCallback((id: number) => setToasts((old) => old.filter((each) => each.id !== id)), []);
  const tell = useCallback(
    (text: string) => {
      const id = ++count.current;
      setToasts((old) => [...old.slice(-2), { id, text }]);
      setTimeout(() => dismiss(id), TOAST);
    },
    [dismiss],
  );
  const ask = useCallback(
    async (what: string, more: Json = {}) => {
      try {
        return (await socket.current?.ask(what, more)) ?? null;
      } catch (error) {
        tell(error instanceof Refused ? error.message : "Something went wrong.");
        return null;
      }
    },
    [tell],
  );

  useEffect(() => {
    const opened = () => {
      change({ kind: "online", online: true });
      void ask("hello", hello());
    };
    socket.current = new Socket(
      `ws://${location.host}/ws?token=${encodeURIComponent(token())}`,
      (message) => change({ kind: "pushed", message }),
      opened,
      () => change({ kind: "online", online: false }),
    );
    socket.current.open();
  }, []);

  return { state, change, ask, toasts, dismiss };
}
