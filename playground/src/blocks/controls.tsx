// The elements that hold a value: selects, pickers, boxes to tick, fields to type in.
import { useCallback, useId } from "react";
import { useScenery } from "../context";
import type { Element, Json } from "../types";
import { type Choice, Chooser } from "./chooser";
import { Text } from "./text";

export type ControlProps = {
  element: Element;
  value: any;
  label: string;
  onChange: (value: any) => void;
  onEnter?: (() => void) | undefined;
  describedBy?: string | undefined;
  invalid?: boolean;
  search?: (words: string) => Promise<Json[]>;
};

export function Control(props: ControlProps) {
  const draw = CONTROLS[props.element.type];
  if (!draw) return <span className="unknown">{`[${props.element.type}]`}</span>;
  const Drawing = draw;
  return <Drawing {...props} />;
}

const optionsOf = (element: Element): Json[] =>
  element.options ?? (element.option_groups ?? []).flatMap((group: Json) => group.options);

const placeholder = (element: Element, usual: string): string => element.placeholder?.text ?? usual;

const shared = ({ label, describedBy, invalid }: ControlProps) => ({
  "aria-label": label,
  "aria-describedby": describedBy,
  "aria-invalid": invalid || undefined,
});

function StaticSelect(props: ControlProps) {
  const { element, value, onChange } = props;
  const options = optionsOf(element);
  const draw = (option: Json) => (
    <option key={option.value} value={option.value}>
      {option.text.text}
    </option>
  );
  return (
    <select
      className="select"
      {...shared(props)}
      value={value?.value ?? ""}
      onChange={(event) => onChange(options.find((each) => each.value === event.target.value) ?? null)}
    >
      <option value="" disabled hidden>
        {placeholder(element, "Select an option")}
      </option>
      {element.option_groups
        ? element.option_groups.map((group: Json, index: number) => (
            <optgroup key={index} label={group.label.text}>
              {group.options.map(draw)}
            </optgroup>
          ))
        : options.map(draw)}
    </select>
  );
}

const asChoice = (option: Json): Choice => ({ value: option.value, label: option.text.text, detail: option.description?.text });

function OptionChooser(props: ControlProps) {
  const { element, value, onChange, search } = props;
  const isMany = element.type.startsWith("multi_");
  const options = optionsOf(element);
  const selected: Json[] = isMany ? (value ?? []) : value ? [value] : [];
  const given = (choice: Choice): Json =>
    [...options, ...selected].find((each) => each.value === choice.value) ?? {
      text: { type: "plain_text", text: choice.label },
      value: choice.value,
    };
  const ask = useCallback(async (words: string) => (search ? (await search(words)).map(asChoice) : []), [search]);
  return (
    <Chooser
      choices={options.map(asChoice)}
      selected={selected.map(asChoice)}
      most={isMany ? (element.max_selected_items ?? 100) : 1}
      label={props.label}
      placeholder={placeholder(element, isMany ? "Select options" : "Select an option")}
      describedBy={props.describedBy}
      invalid={props.invalid ?? false}
      {...(element.type.includes("external") ? { search: ask } : {})}
      onChange={(chosen) => onChange(isMany ? chosen.map(given) : (chosen.map(given)[0] ?? null))}
    />
  );
}

function IdChooser(props: ControlProps) {
  const { element, value, onChange } = props;
  const { members, places } = useScenery();
  const isMany = element.type.startsWith("multi_");
  const people = members.map((each) => ({ value: each.id, label: each.real_name, detail: each.name }));
  const channels = places
    .filter((each) => each.kind === "channel" || each.kind === "private")
    .map((each) => ({ value: each.id, label: `#${each.name}` }));
  const choices: Choice[] = element.type.includes("users") ? people : channels;
  const ids: string[] = isMany ? (value ?? []) : value ? [value] : [];
  const selected = ids.map((id) => choices.find((each) => each.value === id) ?? { value: id, label: id });
  const noun = element.type.includes("users") ? "people" : "channels";
  return (
    <Chooser
      choices={choices}
      selected={selected}
      most={isMany ? (element.max_selected_items ?? 100) : 1}
      label={props.label}
      placeholder={placeholder(element, `Select ${noun}`)}
      describedBy={props.describedBy}
      invalid={props.invalid ?? false}
      onChange={(chosen) => onChange(isMany ? chosen.map((each) => each.value) : (chosen[0]?.value ?? null))}
    />
  );
}

function picker(type: "date" | "time" | "datetime-local") {
  return function Picker(props: ControlProps) {
    const isMoment = type === "datetime-local";
    const value = isMoment && props.value ? new Date(props.value * 1000).toISOString().slice(0, 16) : (props.value ?? "");
    const change = (typed: string) => props.onChange(typed === "" ? null : isMoment ? Date.parse(`${typed}Z`) / 1000 : typed);
    return <input className="field" type={type} {...shared(props)} value={value} onChange={(event) => change(event.target.value)} />;
  };
}

function typed(type: string) {
  return function Typed(props: ControlProps) {
    const { element, value, onChange, onEnter } = props;
    const common = {
      ...shared(props),
      className: "field",
      placeholder: placeholder(element, ""),
      value: value ?? "",
      maxLength: element.max_length,
      onChange: (event: { target: { value: string } }) => onChange(event.target.value === "" ? null : event.target.value),
    };
    if (element.multiline) return <textarea rows={4} {...common} />;
    const limits = type === "number" ? { min: element.min_value, max: element.max_value, step: element.is_decimal_allowed ? "any" : 1 } : {};
    return (
      <input
        type={type}
        {...common}
        {...limits}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          onEnter?.();
        }}
      />
    );
  };
}

function RichTextInput(props: ControlProps) {
  const text = props.value?.elements?.[0]?.elements?.[0]?.text ?? "";
  const rich = (words: string) => ({
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text: words }] }],
  });
  return (
    <textarea
      className="field"
      rows={4}
      {...shared(props)}
      placeholder={placeholder(props.element, "")}
      value={text}
      onChange={(event) => props.onChange(event.target.value ? rich(event.target.value) : null)}
    />
  );
}

function Ticks(props: ControlProps) {
  const { element, value, onChange } = props;
  const name = useId();
  const isMany = element.type === "checkboxes";
  const selected: Json[] = isMany ? (value ?? []) : value ? [value] : [];
  const isOn = (option: Json) => selected.some((each) => each.value === option.value);
  const tick = (option: Json) => {
    if (!isMany) onChange(option);
    else onChange(isOn(option) ? selected.filter((each) => each.value !== option.value) : [...selected, option]);
  };
  return (
    <div role={isMany ? "group" : "radiogroup"} {...shared(props)} aria-invalid={undefined}>
      {optionsOf(element).map((option) => (
        <label className="tickable" key={option.value}>
          <input type={isMany ? "checkbox" : "radio"} name={name} checked={isOn(option)} onChange={() => tick(option)} />
          <span>
            <Text text={option.text} />
            {option.description && <Text text={option.description} className="detail" />}
          </span>
        </label>
      ))}
    </div>
  );
}

const CONTROLS: Record<string, (props: ControlProps) => React.JSX.Element> = {
  static_select: StaticSelect,
  multi_static_select: OptionChooser,
  external_select: OptionChooser,
  multi_external_select: OptionChooser,
  users_select: IdChooser,
  multi_users_select: IdChooser,
  channels_select: IdChooser,
  multi_channels_select: IdChooser,
  conversations_select: IdChooser,
  multi_conversations_select: IdChooser,
  datepicker: picker("date"),
  timepicker: picker("time"),
  datetimepicker: picker("datetime-local"),
  checkboxes: Ticks,
  radio_buttons: Ticks,
  plain_text_input: typed("text"),
  number_input: typed("number"),
  email_text_input: typed("email"),
  url_text_input: typed("url"),
  rich_text_input: RichTextInput,
};
