// What the server sends: bot/demo/playground. Blocks and elements are Slack's own JSON.

export type Json = { [key: string]: any };
export type Block = Json & { type: string; block_id?: string };
export type Element = Json & { type: string; action_id?: string };

export type Member = {
  id: string;
  name: string;
  real_name: string;
  role: "seller" | "manager" | "admin" | "guest" | "partner" | string;
  tz?: string | null;
  locale?: string;
  linked?: boolean;
  login?: string;
  password?: string;
};

export type Place = {
  id: string;
  name: string;
  kind: "channel" | "private" | "dm" | "app";
  topic?: string;
  members: string[] | number;
  external?: boolean;
  guests?: boolean;
  archived?: boolean;
  bot?: boolean;
  /** Why one cannot write there. */
  read_only?: string | null;
  unread?: number;
};

export type Message = {
  ts: string;
  place: string;
  thread_ts?: string | null;
  by: string;
  text: string;
  blocks: Block[];
  ephemeral?: boolean;
  edited?: boolean | number;
  deleted?: boolean;
  time?: string | number;
  files?: { name: string; url?: string }[];
};

export type View = {
  id: string;
  type: "modal" | "home";
  title?: Json;
  submit?: Json;
  close?: Json;
  blocks: Block[];
  [key: string]: any;
};

export type WireEntry = {
  n: number;
  at: string;
  from: string;
  to: string;
  what: string;
  status?: number | string | null;
  ms?: number | null;
  request?: any;
  response?: any;
};

export type Hint = { command: string; description: string; usage_hint?: string };
export type Panel = { faults?: string[]; offsets?: Json; login?: string; password?: string; [key: string]: any };

export type Scene = {
  me: Member;
  team?: string;
  members: Member[];
  places: Place[];
  messages: { [place: string]: Message[] };
  home: View | null;
  modals: View[];
  now: string | number;
  zone?: string;
  panel: Panel;
  hints: Hint[];
  wire?: WireEntry[];
};

/** Where somebody pressed: in a message, or in a view. */
export type Where = { ts: string; place?: string } | { view: string };
