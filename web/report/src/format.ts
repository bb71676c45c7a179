// Numbers as people read them. The locale is fixed, so that a page looks the same everywhere.

const THIN = "\u202f"; // between groups of digits, as in 1 234
const MINUS = "\u2212";

const dressed = (text: string): string => text.replace(/^-/, MINUS);

/** 1234567 → "1 234 567" */
export function whole(value: number): string {
  return dressed(String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN));
}

/** "1 row", "1 234 rows" */
export function counted(value: number, singular: string, plural = singular + "s"): string {
  return `${whole(value)} ${value === 1 ? singular : plural}`;
}

/** Three significant digits (four from 1000 on), whole numbers in full: "0.0421", "12.3", "206 855", "1.2e7". */
export function number(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (Number.isInteger(value) && size < 1e7) return whole(value);
  if (size >= 1e9 || size < 1e-4) return dressed(value.toExponential(digits - 1).replace("e+", "e"));
  if (size >= 1000) return whole(value);
  return dressed(value.toPrecision(digits));
}

/** Without zeros at the end, and short, for axes and ranges: "0.5", "28", "12k", "1.2M". */
export function tick(value: number): string {
  const size = Math.abs(value);
  const scaled = size >= 1e6 && size < 1e9 ? [1e6, "M"] as const : size >= 1e4 && size < 1e6 ? [1e3, "k"] as const : [1, ""] as const;
  if (size > 0 && (size < 1e-4 || size >= 1e9)) return dressed(String(Number(value.toPrecision(2)).toExponential()).replace("e+", "e"));
  return dressed(String(Number((value / scaled[0]).toPrecision(3)))) + scaled[1];
}

/** Without zeros at the end: "0.42", "1 234", "512.3". */
export function plain(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return whole(value);
  const size = Math.abs(value);
  return size < 1e-4 || size >= 1e7 ? tick(value) : size >= 10000 ? whole(value) : dressed(String(Number(value.toPrecision(4))));
}

/** A share as a percentage: "97.2 %". */
export function percent(share: number | null | undefined, decimals = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  return `${dressed((100 * share).toFixed(decimals))}${THIN}%`;
}

/** A measure between 0 and 1, or −1 and 1: three decimals. */
export function ratio(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return dressed(value.toFixed(3));
}

/** "a", "a and b", "a, b and c" */
export function list(words: string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** At most so many characters, the last an ellipsis where some are left out. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length - 1) + "…";
}

/** The same, left out in the middle: what tells names apart is often at their end. */
export function cutWithin(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - end)}…${text.slice(-end)}`;
}

/** Without its folder. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** In quotation marks. */
export const quoted = (text: string): string => `“${text}”`;
