// What every part of the page may need: who looks, the names behind ids, and what one can do.
import { createContext, useContext } from "react";
import type { Json, Member, Place, Where } from "./types";

export type Scenery = {
  theme: "light" | "dark";
  me: Member;
  members: Member[];
  places: Place[];
  now: number;
  /** Deliver an action to the bot. */
  press: (where: Where, action: Json) => Promise<void>;
  /** Options of an external select. */
  options: (where: Where, action: Json) => Promise<Json[]>;
  goTo: (place: string) => void;
};

export const SceneryContext = createContext<Scenery | null>(null);

export function useScenery(): Scenery {
  const scenery = useContext(SceneryContext);
  if (scenery === null) throw new Error("outside of the scene");
  return scenery;
}

export function nameOf(scenery: Scenery, id: string): string {
  const member = scenery.members.find((each) => each.id === id);
  if (member) return member.real_name || member.name;
  return scenery.places.find((each) => each.id === id)?.name ?? id;
}

export const isBot = (member: Member | undefined): boolean => member?.role === "bot" || member?.role === "app";
