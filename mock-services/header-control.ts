import type { IncomingHttpHeaders } from "node:http";

/** What a request itself asks for, where the mock was started with `headerControl`. */
export type Control = {
  readonly delayMs: number | undefined;
  readonly status: number | undefined;
  readonly bytes: number | undefined;
};

const bounds = {
  "x-mock-delay-ms": { low: 0, high: 3_600_000, whole: false },
  "x-mock-status": { low: 200, high: 599, whole: true },
  "x-mock-bytes": { low: 0, high: 64 * 1024 * 1024, whole: true },
} as const;

/** @returns the wishes, or a sentence about the first header that holds no number of its range */
export function readControl(headers: IncomingHttpHeaders): Control | string {
  const values: Record<string, number | undefined> = {};
  for (const [name, { low, high, whole }] of Object.entries(bounds)) {
    const text = headers[name];
    if (text === undefined) continue;
    const value = text === "" ? Number.NaN : Number(text);
    if (!(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
      return `${name} must be a ${whole ? "whole " : ""}number from ${low} to ${high}`;
    }
    values[name] = value;
  }
  return {
    delayMs: values["x-mock-delay-ms"],
    status: values["x-mock-status"],
    bytes: values["x-mock-bytes"],
  };
}
