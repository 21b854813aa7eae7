// What the elements of one view or message hold, by block and action: Slack's view.state.values.
import { createContext, useContext, useState } from "react";
import type { Element, Json } from "../types";
import { initialEntry } from "./values";

export type Values = { [block: string]: { [action: string]: Json } };
export type Holding = { values: Values; set: (block: string, action: string, entry: Json) => void };

export const HoldingContext = createContext<Holding | null>(null);

export function useHolding(): Holding {
  const [values, setValues] = useState<Values>({});
  return {
    values,
    set: (block, action, entry) => setValues((old) => ({ ...old, [block]: { ...old[block], [action]: entry } })),
  };
}

/** What one element holds; it is kept by the view, where there is one. */
export function useHeld(blockId: string, element: Element): { entry: Json | undefined; set: (entry: Json | undefined) => void } {
  const holding = useContext(HoldingContext);
  const [own, setOwn] = useState<Json | undefined>(undefined);
  const action = element.action_id ?? "";
  if (holding === null) return { entry: own, set: setOwn };
  return {
    entry: holding.values[blockId]?.[action],
    set: (entry) => holding.set(blockId, action, entry ?? initialEntry(element)),
  };
}
