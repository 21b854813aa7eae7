// Dialogs on the browser's own <dialog>: it keeps the focus in, gives it back, and Escape closes.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import { Text } from "./blocks/text";
import type { Json } from "./types";

type DialogProps = { label: string; className: string; onClose: () => void; children: ReactNode };

export function Dialog({ label, className, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    const before = document.activeElement;
    current?.showModal();
    current?.querySelector<HTMLElement>(".modal-body")?.focus();
    return () => {
      current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={className}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {children}
    </dialog>
  );
}

type Question = { confirm: Json; answer: (yes: boolean) => void };
type Ask = (confirm: Json) => Promise<boolean>;

const ConfirmContext = createContext<Ask>(() => Promise.resolve(true));
export const useConfirm = (): Ask => useContext(ConfirmContext);

/** Asks what an element's confirmation object says, before it acts. */
export function Confirming({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const ask = useCallback<Ask>((confirm) => new Promise((answer) => setQuestion({ confirm, answer })), []);
  const answer = (yes: boolean) => {
    question?.answer(yes);
    setQuestion(null);
  };
  return (
    <ConfirmContext.Provider value={ask}>
      {children}
      {question && <Confirmation confirm={question.confirm} answer={answer} />}
    </ConfirmContext.Provider>
  );
}

function Confirmation({ confirm, answer }: { confirm: Json; answer: (yes: boolean) => void }) {
  return (
    <Dialog label={confirm.title.text} className="modal small" onClose={() => answer(false)}>
      <header>
        <h2>{confirm.title.text}</h2>
      </header>
      <div className="modal-body" tabIndex={-1}>
        <Text text={confirm.text} />
      </div>
      <footer>
        <button type="button" className="button" onClick={() => answer(false)}>
          {confirm.deny.text}
        </button>
        <button type="button" className={`button ${confirm.style ?? "primary"}`} onClick={() => answer(true)}>
          {confirm.confirm.text}
        </button>
      </footer>
    </Dialog>
  );
}
