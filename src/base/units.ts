/**
 * The units a scenario is written in, and the words a person reads. Every parser returns a number in its
 * SI-like base unit (ms, bytes, a share 0–1, per second) or `undefined` where the text is not of its form.
 */

const durationMs = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const sizeBytes = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const;

const perSecond = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

const numberPattern = String.raw`\d+(?:_\d+)*(?:\.\d+)?(?:e[+-]?\d+)?`;
const durationPattern = new RegExp(`^(${numberPattern})\\s*(us|µs|ms|s|m|h|d)$`, "i");
const compoundDurationPattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const sizePattern = new RegExp(`^(${numberPattern})\\s*([KMGT]i?)?B$`, "i");
const percentPattern = new RegExp(`^(${numberPattern})\\s*%$`, "i");
const ratePattern = new RegExp(`^(${numberPattern})\\s*/\\s*(s|m|h|d)$`, "i");
const plainPattern = new RegExp(`^[+-]?${numberPattern}$`, "i");

/** `250ms`, `10s`, `5m`, `1h`, `1h30m` → milliseconds. */
export function parseDurationMs(text: string): number | undefined {
  const trimmed = text.trim();
  const single = durationPattern.exec(trimmed);
  if (single)
    return toNumber(single[1]) * (durationMs[lower(single[2]) as keyof typeof durationMs] ?? Number.NaN);
  if (!compoundDurationPattern.test(trimmed)) return undefined;
  let totalMs = 0;
  for (const part of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    totalMs += Number(part[1]) * durationMs[part[2] as keyof typeof durationMs];
  }
  return totalMs;
}

/** `100KB` (1000 each), `2MiB` (1024 each), `512B` → bytes. */
export function parseSizeBytes(text: string): number | undefined {
  const match = sizePattern.exec(text.trim());
  if (!match) return undefined;
  const prefix = match[2] ?? "";
  const unit = `${prefix.charAt(0).toUpperCase()}${prefix.length > 1 ? "i" : ""}B` as keyof typeof sizeBytes;
  return toNumber(match[1]) * sizeBytes[unit];
}

/** `10%` → 0.1. A bare number is a share already. */
export function parseShare(text: string): number | undefined {
  const percent = percentPattern.exec(text.trim());
  if (percent) return Number((toNumber(percent[1]) / 100).toPrecision(15));
  return parsePlainNumber(text);
}

/** `200/s`, `12_000/m` → per second. A bare number is per second already. */
export function parseRatePerSecond(text: string): number | undefined {
  const match = ratePattern.exec(text.trim());
  if (match) return toNumber(match[1]) / perSecond[lower(match[2]) as keyof typeof perSecond];
  return parsePlainNumber(text);
}

/** `10_000`, `1e6`, `0.25` → the number; YAML 1.2 leaves underscores as text. */
export function parsePlainNumber(text: string): number | undefined {
  return plainPattern.test(text.trim()) ? toNumber(text) : undefined;
}

/** 0.0834 → `83 µs`, 12.345 → `12.3 ms`, 90_000 → `1.5 min`. */
export function formatDurationMs(ms: number): string {
  const size = Math.abs(ms);
  if (size === 0) return "0 ms";
  if (size < 0.9995) return `${significant(ms * 1000)} µs`;
  if (size < 999.5) return `${significant(ms)} ms`;
  if (size < 90_000) return `${significant(ms / 1000)} s`;
  if (size < 5_400_000) return `${significant(ms / 60_000)} min`;
  if (size < 172_800_000) return `${significant(ms / 3_600_000)} h`;
  return `${significant(ms / 86_400_000)} d`;
}

/** From here on a moment is minutes and seconds, as on the axis of a figure. */
export const clockFromSeconds = 180;

/** A moment on a run's own axis: 12_400 → `12.4 s`, −2000 → `−2.0 s` (in the warm-up), 190_400 → `3:10.4 min`. */
export function formatMomentMs(atMs: number): string {
  const tenths = Math.round(Math.abs(atMs) / 100);
  const sign = atMs < 0 && tenths > 0 ? "−" : "";
  if (tenths < clockFromSeconds * 10) return `${sign}${(tenths / 10).toFixed(1)} s`;
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${sign}${Math.floor(tenths / 600)}:${seconds} min`;
}

/** 57_870_370 → `57.9 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${significant(value)} ${units[unit]}`;
}

/** 0.1 → `10 %`, 0.00012 → `0.012 %`, 0.99951 → `99.951 %`: only the whole is ever written as 100 %. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (share > 0.99 && share < 1) return `${trimmed(100 - Number((100 - percent).toPrecision(2)))} %`;
  return `${significant(percent)} %`;
}

/** 199.8333 → `199.8/s`. */
export function formatRatePerSecond(ratePerSecond: number): string {
  return `${formatNumber(ratePerSecond)}/s`;
}

/** 4200 → `4,200`: whole things, never rounded. */
export function formatCount(count: number): string {
  return decimal(count, 0);
}

/** 57870.37 → `57,870`, 115.7407 → `115.7`, 0.00002 → `0.00002`: at least three digits kept. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size < 1) return significant(value);
  const fractionDigits = size >= 1000 || Number.isInteger(value) ? 0 : size >= 100 ? 1 : 2;
  return Number.isFinite(value) ? decimal(value, fractionDigits) : String(value);
}

/** Three significant digits, without exponent or trailing zeros. */
function significant(value: number): string {
  return trimmed(Number(value.toPrecision(3)));
}

/** Thousands separated, without exponent or trailing zeros. */
function trimmed(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return decimal(value, 12);
}

/** Building a formatter takes a hundred times longer than using one. */
const formatters = new Map<number, Intl.NumberFormat>();

function decimal(value: number, maximumFractionDigits: number): string {
  const formatter =
    formatters.get(maximumFractionDigits) ?? new Intl.NumberFormat("en-US", { maximumFractionDigits });
  formatters.set(maximumFractionDigits, formatter);
  return formatter.format(value);
}

function toNumber(text: string | undefined): number {
  return Number((text ?? "").replaceAll("_", ""));
}

function lower(text: string | undefined): string {
  return (text ?? "").toLowerCase();
}
