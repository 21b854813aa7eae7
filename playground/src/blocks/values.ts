// What an element holds, as Slack's view.state.values and block_actions tell of it.
import type { Element, Json } from "../types";

/** Where each kind keeps what is chosen, and where what is chosen at first. */
const FIELDS: Record<string, [field: string, initial: string]> = {
  plain_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  checkboxes: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
};

export const holdsValue = (element: Element): boolean => element.type in FIELDS;
const isMany = (element: Element): boolean => element.type === "checkboxes" || element.type.startsWith("multi_");

export function initialEntry(element: Element): Json {
  const [, initial] = FIELDS[element.type] ?? ["", ""];
  return entry(element, element[initial] ?? (isMany(element) ? [] : null));
}

export function entry(element: Element, value: unknown): Json {
  const [field] = FIELDS[element.type] ?? ["value"];
  return { type: element.type, [field]: value };
}

export function valueOf(element: Element, held: Json | undefined): any {
  const [field] = FIELDS[element.type] ?? ["value"];
  return (held ?? initialEntry(element))[field];
}

export function isEmpty(element: Element, held: Json | undefined): boolean {
  const value = valueOf(element, held);
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** What is delivered when something is chosen. */
export function chosen(value: any): Json {
  if (Array.isArray(value)) return { choices: value.map(simple) };
  return { choice: simple(value) };
}

const simple = (value: any): any => (value !== null && typeof value === "object" && "value" in value ? value.value : value);
