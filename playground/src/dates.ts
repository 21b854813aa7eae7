// Moments as Slack shows them, in the zone of whoever looks.

const LOCALE = "en-GB";

function part(at: Date, zone: string | null | undefined, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone || "UTC" }).format(at);
  } catch {
    return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: "UTC" }).format(at);
  }
}

const get = (at: Date, zone: string | null | undefined, name: "day" | "month" | "year" | "weekday", form: string) =>
  part(at, zone, { [name]: form } as Intl.DateTimeFormatOptions);

export const clockTime = (at: Date, zone?: string | null): string =>
  part(at, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Such as 2026-11-26, to tell days apart. */
export function dayKey(at: Date, zone?: string | null): string {
  return [get(at, zone, "year", "numeric"), get(at, zone, "month", "2-digit"), get(at, zone, "day", "2-digit")].join("-");
}

export function dayName(at: Date, now: Date, zone?: string | null): string {
  const pretty = prettyDay(at, now, zone);
  return pretty ?? part(at, zone, { weekday: "long", day: "numeric", month: "long" });
}

function prettyDay(at: Date, now: Date, zone?: string | null): string | null {
  const days = Math.round((Date.parse(dayKey(at, zone)) - Date.parse(dayKey(now, zone))) / 86_400_000);
  return { "-1": "Yesterday", "0": "Today", "1": "Tomorrow" }[String(days)] ?? null;
}

/** Such as "{date_short_pretty} at {time}"; a word in braces that Slack does not know stays as it is. */
export function dateToken(format: string, seconds: number, now: Date, zone?: string | null): string {
  const at = new Date(seconds * 1000);
  const month = (form: string) => get(at, zone, "month", form);
  const day = get(at, zone, "day", "numeric");
  const year = get(at, zone, "year", "numeric");
  const short = `${month("short")} ${day}, ${year}`;
  const long = `${month("long")} ${day}, ${year}`;
  const parts: Record<string, string> = {
    date_num: dayKey(at, zone),
    date_slash: part(at, zone, { day: "2-digit", month: "2-digit", year: "numeric" }),
    date: long,
    date_short: short,
    date_long: `${get(at, zone, "weekday", "long")}, ${long}`,
    time: clockTime(at, zone),
    time_secs: part(at, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
    ago: ago(at, now),
    day_divider_pretty: prettyDay(at, now, zone) ?? `${get(at, zone, "weekday", "long")}, ${month("long")} ${day}`,
  };
  return format.replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (name.endsWith("_pretty") && !(name in parts)) {
      const pretty = prettyDay(at, now, zone);
      return pretty ? pretty.toLowerCase() : (parts[name.replace("_pretty", "")] ?? whole);
    }
    return parts[name] ?? whole;
  });
}

function ago(at: Date, now: Date): string {
  const minutes = Math.round((at.getTime() - now.getTime()) / 60_000);
  const form = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return form.format(minutes, "minute");
  if (Math.abs(minutes) < 48 * 60) return form.format(Math.round(minutes / 60), "hour");
  return form.format(Math.round(minutes / 1440), "day");
}

/** A zone with its distance from UTC then, such as "Europe/Oslo, UTC+1". */
export function zoneName(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(at);
  const offset = parts.find((each) => each.type === "timeZoneName")?.value ?? "UTC";
  return `${zone}, ${offset.replace("GMT", "UTC")}`;
}
