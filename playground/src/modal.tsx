// A modal: the top of the stack of views, with Slack's frame around it.
import { useEffect, useMemo, useRef, useState } from "react";
import { Blocks } from "./blocks";
import { type Form, FormContext } from "./blocks/form";
import { HoldingContext, useHolding, type Values } from "./blocks/held";
import { initialEntry, isEmpty } from "./blocks/values";
import { Dialog } from "./dialog";
import type { Block, Element, Json, View } from "./types";

type Props = {
  stack: View[];
  submit: (view: View, values: Values) => Promise<Json>;
  /** One view, or the whole stack. */
  close: (view: View, all?: boolean) => void;
};

export function Modals({ stack, submit, close }: Props) {
  const view = stack.at(-1);
  if (!view) return null;
  const back = stack.length > 1;
  return (
    <Dialog key={stack[0]?.id} label={view.title?.text ?? ""} className="modal" onClose={() => close(view)}>
      <Frame key={view.id} view={view} back={back} submit={submit} close={close} />
    </Dialog>
  );
}

type FrameProps = Omit<Props, "stack"> & { view: View; back: boolean };

function Frame({ view, back, submit, close }: FrameProps) {
  const holding = useHolding();
  const [errors, setErrors] = useState<{ [block: string]: string }>({});
  const [isBusy, setBusy] = useState(false);
  const body = useRef<HTMLDivElement>(null);

  useEffect(() => body.current?.focus(), []);

  const show = (found: { [block: string]: string }) => {
    setErrors(found);
    const first = view.blocks.find((each) => each.block_id && each.block_id in found)?.block_id;
    setTimeout(() => {
      const input = body.current?.querySelector<HTMLElement>(
        `[data-block="${CSS.escape(first ?? "")}"] :is(input, select, textarea)`,
      );
      input?.focus();
    });
  };

  const send = async () => {
    const missing = unanswered(view.blocks, holding.values);
    if (Object.keys(missing).length > 0) {
      show(missing);
      return;
    }
    setBusy(true);
    try {
      const answer = await submit(view, allValues(view.blocks, holding.values));
      if (answer.errors) show(answer.errors as { [block: string]: string });
    } finally {
      setBusy(false);
    }
  };

  const form: Form = useMemo(
    () => ({
      errors,
      forgive: (block) => setErrors(({ [block]: _, ...rest }) => rest),
      submit: () => void send(),
    }),
    // eslint-free: `send` reads what is held now.
    [errors, holding.values, view],
  );

  return (
    <HoldingContext.Provider value={holding}>
      <FormContext.Provider value={form}>
        <header>
          {back && (
            <button type="button" className="icon" aria-label="Back" onClick={() => close(view)}>
              ←
            </button>
          )}
          <h2>{view.title?.text}</h2>
          <button type="button" className="icon" aria-label="Close" onClick={() => close(view, true)}>
            ×
          </button>
        </header>
        <div className="modal-body" ref={body} tabIndex={-1} aria-live="polite">
          <Blocks blocks={view.blocks} where={{ view: view.id }} />
        </div>
        {(view.submit || view.close) && (
          <footer>
            <button type="button" className="button" onClick={() => close(view)}>
              {view.close?.text ?? "Cancel"}
            </button>
            {view.submit && (
              <button type="button" className="button primary" aria-busy={isBusy} disabled={isBusy} onClick={() => void send()}>
                {view.submit.text}
              </button>
            )}
          </footer>
        )}
      </FormContext.Provider>
    </HoldingContext.Provider>
  );
}

const inputs = (blocks: Block[]): Block[] => blocks.filter((each) => each.type === "input");

function unanswered(blocks: Block[], values: Values): { [block: string]: string } {
  const missing = inputs(blocks).filter((block) => {
    const element = block.element as Element;
    return !block.optional && isEmpty(element, values[block.block_id ?? ""]?.[element.action_id ?? ""]);
  });
  return Object.fromEntries(missing.map((block) => [block.block_id ?? "", "Please complete this required field."]));
}

/** What every input holds, touched or not. */
function allValues(blocks: Block[], values: Values): Values {
  const all: Values = { ...values };
  for (const { block_id = "", element } of inputs(blocks)) {
    const action = (element as Element).action_id ?? "";
    all[block_id] = { ...all[block_id], [action]: values[block_id]?.[action] ?? initialEntry(element as Element) };
  }
  return all;
}
