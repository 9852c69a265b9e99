import { UserError } from "../../base/errors.ts";
import {
  formatNumber,
  parseDurationMs,
  parsePlainNumber,
  parseRatePerSecond,
  parseShare,
} from "../../base/units.ts";
import type { Explained } from "../explain/explained.ts";

/** How an option is written: a rate, a time, a share, a number, a whole number ≥ 1, or as it stands. */
export type OptionKind = "rate" | "duration" | "share" | "number" | "count" | "text";

export type CalculatorOption = {
  readonly kind: OptionKind;
  readonly describe: string;
  /** Written like a value given on the command line; an option without one must be given. */
  readonly default?: string;
  readonly isOptional?: true;
};

/** What a calculator found, step by step; the last result of each name is the answer. */
export type Calculation = { readonly steps: readonly Explained[]; readonly notes: readonly string[] };

export type Calculator = {
  readonly describe: string;
  readonly example: string;
  readonly options: Readonly<Record<string, CalculatorOption>>;
  readonly calculate: (given: Given) => Calculation;
};

/** The options of one call, read by their kinds. */
export type Given = {
  /** @throws UserError `usage` where the option is missing */
  readonly number: (name: string) => number;
  readonly optional: (name: string) => number | undefined;
  readonly text: (name: string) => string;
};

/**
 * Reads a call's options: rates per second, times in ms, shares 0–1.
 *
 * @throws UserError `usage`, naming the option
 */
export function readOptions(calculator: Calculator, written: Readonly<Record<string, unknown>>): Given {
  const textOf = (name: string): string | undefined => {
    const value = written[name] ?? calculator.options[name]?.default;
    return value === undefined ? undefined : String(value);
  };
  const optional = (name: string): number | undefined => {
    const text = textOf(name);
    return text === undefined
      ? undefined
      : readNumber(name, calculator.options[name]?.kind ?? "number", text);
  };
  return {
    optional,
    number: (name) => optional(name) ?? missing(name),
    text: (name) => textOf(name) ?? missing(name),
  };
}

function missing(name: string): never {
  throw new UserError("usage", `--${name} is missing.`);
}

const readers = {
  rate: { read: parseRatePerSecond, form: "a rate of 0 or more, such as 1000/s" },
  duration: { read: parseDurationMs, form: "a time of 0 or more, such as 20ms or 5m" },
  share: { read: parseShare, form: "a share from 0 to 1, such as 10% or 0.1" },
  number: { read: parsePlainNumber, form: "a number of 0 or more" },
  count: { read: parsePlainNumber, form: "a whole number of at least 1" },
} as const;

function readNumber(name: string, kind: OptionKind, text: string): number {
  if (kind === "text") throw new UserError("usage", `--${name} is a text.`);
  const { read, form } = readers[kind];
  const value = read(text);
  const isWrong =
    value === undefined ||
    !Number.isFinite(value) ||
    value < 0 ||
    (kind === "count" && (!Number.isInteger(value) || value < 1)) ||
    (kind === "share" && value > 1);
  if (isWrong) throw new UserError("usage", `--${name} ${text}: must be ${form}.`);
  return value;
}

/** Servers that can never catch up have no waiting time, only a growing queue. */
export function demandStable(erlangs: number, servers: number): void {
  if (erlangs < servers) return;
  throw new UserError(
    "usage",
    `Saturated: ${formatNumber(erlangs)} erlangs are offered to ${formatNumber(servers)} servers, so the queue grows without end; at least ${formatNumber(Math.floor(erlangs) + 1)} servers keep up.`,
  );
}
