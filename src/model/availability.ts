import { type Explained, quantity } from "./explain/explained.ts";

const hoursPerYear = 8766;
const daysOfWindow = 30;

/** What a promised availability leaves, and what one rollback takes of it. */
export type ErrorBudget = {
  readonly hoursPerYear: number;
  readonly minutesPerMonth: number;
  /** Share of the month's budget that one rollback spends. */
  readonly rollbackShare: number | undefined;
  /** Rollbacks of that kind that a month's budget pays for, whole ones. */
  readonly rollbacksPerMonth: number | undefined;
};

/** A rollback takes so long, and meanwhile this share of the requests fails. */
export type Rollback = { readonly durationMs: number; readonly failingShare: number };

/**
 * The error budget of an availability.
 *
 * @param availability - in [0, 1)
 *
 * Source: definition; a year has 365.25 days, a month of the budget 30 days.
 */
export function errorBudget(availability: number, rollback?: Rollback): ErrorBudget {
  // 1 − 0.99 is not 0.01 in binary fractions.
  const allowed = Number((1 - availability).toPrecision(12));
  const minutesPerMonth = allowed * daysOfWindow * 24 * 60;
  const spentMinutes =
    rollback === undefined ? undefined : (rollback.durationMs / 60_000) * rollback.failingShare;
  return {
    hoursPerYear: allowed * hoursPerYear,
    minutesPerMonth,
    rollbackShare: spentMinutes === undefined ? undefined : spentMinutes / minutesPerMonth,
    rollbacksPerMonth:
      spentMinutes === undefined || spentMinutes === 0
        ? undefined
        : Math.floor(minutesPerMonth / spentMinutes + 1e-9),
  };
}

/** The same as steps. */
export function explainErrorBudget(availability: number, rollback?: Rollback): readonly Explained[] {
  const budget = errorBudget(availability, rollback);
  const promised = quantity("availability", availability);
  const perMonth = quantity("minutesPerMonth", budget.minutesPerMonth, "minutes");
  const steps: Explained[] = [
    {
      name: "hours of failure a year",
      formula: "(1 − availability) × hoursPerYear",
      inputs: [promised, quantity("hoursPerYear", hoursPerYear, "h")],
      result: quantity("hours", budget.hoursPerYear, "h"),
      source: "definition; a year has 365.25 days",
    },
    {
      name: "error budget of 30 days",
      formula: "(1 − availability) × 30 × 24 × 60",
      inputs: [promised],
      result: perMonth,
      source: "definition",
    },
  ];
  if (rollback === undefined || budget.rollbackShare === undefined) return steps;
  steps.push({
    name: "share of it that one rollback spends",
    formula: "rollbackTime ÷ 60000 × failingShare ÷ minutesPerMonth",
    inputs: [
      quantity("rollbackTime", rollback.durationMs, "ms"),
      quantity("failingShare", rollback.failingShare),
      perMonth,
    ],
    result: quantity("spent", budget.rollbackShare),
    source: "definition",
    assumption: "While it lasts, the stated share of all requests fails, at an even rate over the month.",
  });
  return steps;
}
