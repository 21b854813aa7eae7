// What the page knows, and how what is pushed changes it.
import type { Hint, Json, Member, Message, Panel, Place, Scene, View, WireEntry } from "./types";

export type State = {
  ready: boolean;
  online: boolean;
  team: string;
  me: Member;
  members: Member[];
  places: Place[];
  messages: { [place: string]: Message[] };
  home: View | null;
  modals: View[];
  now: number;
  /** The clock's offset from the browser's, in milliseconds. */
  offset: number;
  panel: Panel;
  hints: Hint[];
  wire: WireEntry[];
};

export type Change =
  | { kind: "online"; online: boolean }
  | { kind: "pushed"; message: Json }
  | { kind: "read"; place: string }
  | { kind: "closed"; view: string };

const NOBODY: Member = { id: "", name: "", real_name: "", role: "" };
const MOST_WIRE = 400;

export const EMPTY: State = {
  ready: false,
  online: false,
  team: "Demo",
  me: NOBODY,
  members: [],
  places: [],
  messages: {},
  home: null,
  modals: [],
  now: Date.now(),
  offset: 0,
  panel: {},
  hints: [],
  wire: [],
};

export function reduce(state: State, change: Change): State {
  switch (change.kind) {
    case "online":
      return { ...state, online: change.online };
    case "read":
      return { ...state, places: state.places.map((each) => (each.id === change.place ? { ...each, unread: 0 } : each)) };
    case "closed":
      return { ...state, modals: state.modals.filter((each) => each.id !== change.view) };
    case "pushed":
      return pushed(state, change.message);
  }
}

function pushed(state: State, message: Json): State {
  const kind = message.push ?? message.type ?? Object.keys(message).find((key) => key in HANDLERS);
  const handler = HANDLERS[String(kind)];
  return handler ? handler(state, message) : state;
}

const HANDLERS: { [name: string]: (state: State, message: Json) => State } = {
  scene: (state, { scene }) => withScene(state, scene as Scene),
  message: (state, { message }) => ({ ...state, messages: withMessage(state.messages, message as Message) }),
  view: (state, { view }) => ({ ...state, modals: withView(state.modals, view as View) }),
  view_closed: (state, { view_closed }) => {
    const id = typeof view_closed === "string" ? view_closed : view_closed?.id;
    return { ...state, modals: id ? state.modals.filter((each) => each.id !== id) : [] };
  },
  home: (state, { home }) => ({ ...state, home: (home?.view ?? home) as View }),
  wire: (state, { wire }) => ({ ...state, wire: withEntry(state.wire, (wire.entry ?? wire) as WireEntry) }),
  clock: (state, { clock }) => ({ ...state, ...clockAt(clock.now) }),
  places: (state, { places }) => ({ ...state, places: places as Place[] }),
  panel: (state, { panel }) => ({ ...state, panel: { ...state.panel, ...panel } }),
};

function withScene(state: State, scene: Scene): State {
  return {
    ...state,
    ready: true,
    team: scene.team ?? state.team,
    me: scene.me,
    members: scene.members,
    places: scene.places,
    messages: scene.messages,
    home: scene.home,
    modals: scene.modals ?? [],
    panel: scene.panel ?? {},
    hints: scene.hints ?? [],
    wire: scene.wire ?? state.wire,
    ...clockAt(scene.now),
  };
}

function clockAt(now: string | number): Pick<State, "now" | "offset"> {
  const at = typeof now === "number" ? now * 1000 : Date.parse(now);
  return { now: at, offset: at - Date.now() };
}

function withMessage(all: State["messages"], message: Message): State["messages"] {
  const old = (all[message.place] ?? []).filter((each) => each.ts !== message.ts);
  const there = message.deleted ? old : [...old, message];
  return { ...all, [message.place]: there.sort((a, b) => (a.ts < b.ts ? -1 : 1)) };
}

function withView(modals: View[], view: View): View[] {
  const known = modals.some((each) => each.id === view.id);
  return known ? modals.map((each) => (each.id === view.id ? view : each)) : [...modals, view];
}

function withEntry(wire: WireEntry[], entry: WireEntry): WireEntry[] {
  const rest = wire.filter((each) => each.n !== entry.n);
  return [...rest, entry].slice(-MOST_WIRE);
}
