// Times, durations and sizes as people read them: Japan's time, 和暦 beside dates where there is room.
import { language, t } from "./text";

const zone = "Asia/Tokyo";
const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options })));
  return made;
}

const locale = () => (language.value === "ja" ? "ja-JP" : "en-GB");

function partsOf(at: number, options: Intl.DateTimeFormatOptions, calendar = "ja-JP"): Record<string, string> {
  return Object.fromEntries(format(calendar, options).formatToParts(at).map((part) => [part.type, part.value]));
}

// The year by the emperor's reign; the first is 元年.
export function eraYear(at: number): string {
  const parts = partsOf(at, { era: "long", year: "numeric" }, language.value === "ja" ? "ja-JP-u-ca-japanese" : "en-u-ca-japanese");
  return t("time.era_year", { era: parts["era"] ?? "", year: parts["year"] ?? "" });
}

const timeOf = (value: string | number) => (typeof value === "number" ? value : Date.parse(value));

export function fullDay(value: string | number): string {
  const at = timeOf(value);
  const day = format(locale(), { year: "numeric", month: "long", day: "numeric", weekday: "short" }).format(at);
  return t("time.full_day", { day, era: eraYear(at) });
}

// As far as it is known: the day, the month or the year.
export function dayTo(value: string | number, precision: "day" | "month" | "year"): string {
  return format(locale(), { year: "numeric", ...(precision === "year" ? {} : { month: "long" }), ...(precision === "day" ? { day: "numeric" } : {}) }).format(timeOf(value));
}

// "2026-04-01" without its year, as axes are labelled.
export function numericDay(day: string): string {
  return format(locale(), { month: "numeric", day: "numeric" }).format(Date.parse(`${day}T00:00:00+09:00`));
}

// In full: day with 和暦 and weekday, and the minute.
export function fullTime(value: string | number): string {
  return t("time.full", { day: fullDay(value), clock: clockTime(value) });
}

// In tables: the year only where it is not this one.
export function shortTime(value: string | number, nowAt: number): string {
  const at = timeOf(value);
  const sameYear = partsOf(at, { year: "numeric" })["year"] === partsOf(nowAt, { year: "numeric" })["year"];
  const sameDay = sameYear && partsOf(at, { month: "numeric", day: "numeric" })["day"] === partsOf(nowAt, { month: "numeric", day: "numeric" })["day"] && Math.abs(at - nowAt) < 86_400_000;
  const clock = format("en-GB", { hour: "2-digit", minute: "2-digit" }).format(at);
  if (sameDay) return t("time.today", { clock });
  const day = format(locale(), { ...(sameYear ? {} : { year: "numeric" }), month: "short", day: "numeric" }).format(at);
  return `${day} ${clock}`;
}

export function clockTime(value: string | number, seconds = false): string {
  return format("en-GB", { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) }).format(timeOf(value));
}

const two = (number: number) => String(number).padStart(2, "0");

// A span as hours, minutes, seconds; days where it is long, alone where it is very long, seconds alone below a minute. Never negative. Without `seconds` they
// stand below a minute alone, where they are all there is.
export function span(milliseconds: number, seconds = true): string {
  const total = Math.floor(Math.abs(milliseconds) / 1000);
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (days >= 14) return t("time.days", { days });
  if (days >= 1) return t("time.span_days", { days, hours });
  if (hours >= 1) return t("time.span_hours", { hours, minutes: two(minutes) });
  if (minutes < 1) return t("time.seconds", { seconds: total });
  return seconds ? t("time.span_minutes", { minutes, seconds: two(total % 60) }) : t("time.span_only_minutes", { minutes });
}

// Where there is little room: days alone, hours alone, minutes, or seconds.
export function shortSpan(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  if (minutes < 1) return t("time.seconds", { seconds: Math.floor(Math.abs(milliseconds) / 1000) });
  if (minutes >= 1440) return t("time.days", { days: Math.floor(minutes / 1440) });
  return minutes >= 60 ? t("time.hours", { hours: Math.floor(minutes / 60) }) : t("time.minutes", { minutes });
}

// "PT1H30M", "P1D": ISO 8601, as targets are stated.
export function durationMilliseconds(text: string): number | null {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (!match) return null;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000;
}

export function duration(text: string): string {
  const milliseconds = durationMilliseconds(text);
  if (milliseconds === null) return text;
  if (milliseconds === 0) return t("time.at_once");
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes % 1440 === 0) return t("time.days", { days: minutes / 1440 });
  if (minutes % 60 === 0) return t("time.hours", { hours: minutes / 60 });
  return minutes > 60 ? t("time.span_hours", { hours: Math.floor(minutes / 60), minutes: two(minutes % 60) }) : t("time.minutes", { minutes });
}

// A date and a clock of Japan, as three numbers and a text, to RFC 3339; null where there is no such time.
export function japaneseTime(year: string, month: string, day: string, clock: string): string | null {
  const digits = (text: string) => Number(text.normalize("NFKC").trim());
  const match = /^(\d{1,2}):?(\d{2})$/.exec(clock.normalize("NFKC").trim());
  const [y, m, d] = [digits(year), digits(month), digits(day)];
  if (!match || !y || !m || !d || y < 1900 || y > 9999) return null;
  const [hour, minute] = [Number(match[1]), Number(match[2])];
  if (hour > 23 || minute > 59) return null;
  const date = new Date(Date.UTC(y, m - 1, d));
  if (date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d) return null;
  return `${y}-${two(m)}-${two(d)}T${two(hour)}:${two(minute)}:00+09:00`;
}

export function japaneseParts(at: number): { year: string; month: string; day: string; clock: string } {
  const shiftedAt = new Date(at + 9 * 3_600_000);
  return {
    year: String(shiftedAt.getUTCFullYear()),
    month: String(shiftedAt.getUTCMonth() + 1),
    day: String(shiftedAt.getUTCDate()),
    clock: `${two(shiftedAt.getUTCHours())}:${two(shiftedAt.getUTCMinutes())}`,
  };
}
