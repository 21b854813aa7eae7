// An input block: a label, its element, a hint, and what is wrong with it.
import { useCallback, useContext, useId } from "react";
import { useScenery } from "../context";
import type { Block, Element, Where } from "../types";
import { Control } from "./controls";
import { FormContext } from "./form";
import { useHeld } from "./held";
import { chosen, entry, valueOf } from "./values";

export function Input({ block, where }: { block: Block; where: Where }) {
  const element = block.element as Element;
  const blockId = block.block_id ?? "";
  const id = useId();
  const form = useContext(FormContext);
  const held = useHeld(blockId, element);
  const { press, options } = useScenery();
  const error = form?.errors[blockId];
  const action = { block_id: blockId, action_id: element.action_id };
  const search = useCallback(
    (words: string) => options(where, { block_id: blockId, action_id: element.action_id, value: words }),
    [options, where, blockId, element.action_id],
  );
  const change = (value: any) => {
    held.set(entry(element, value));
    form?.forgive(blockId);
    if (block.dispatch_action && element.type !== "plain_text_input") void press(where, { ...action, ...chosen(value) });
  };
  const enter = () => {
    if (block.dispatch_action) void press(where, { ...action, value: valueOf(element, held.entry) });
    else form?.submit();
  };
  const described = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className="field-row">
      <div className="label">
        {block.label.text}
        {block.optional && <span className="optional"> (optional)</span>}
      </div>
      <Control
        element={element}
        value={valueOf(element, held.entry)}
        label={block.label.text}
        describedBy={described || undefined}
        invalid={Boolean(error)}
        onChange={change}
        onEnter={enter}
        search={search}
      />
      {error && (
        <div className="error" id={`${id}-error`} role="alert">
          {error}
        </div>
      )}
      {block.hint && (
        <div className="hint" id={`${id}-hint`}>
          {block.hint.text}
        </div>
      )}
    </div>
  );
}
