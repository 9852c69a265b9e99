import type { RetrySection } from "./retry-schema.ts";

/** What clients do about an attempt that fails. */
export type RetryPlan = {
  readonly times: number;
  /** In upper case. */
  readonly methods: readonly string[];
  readonly attemptTimeoutMs: number | undefined;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly jitter: "full" | "none";
  readonly budget: RetryBudgetPlan | undefined;
};

export type RetryBudgetPlan = {
  /** Retries earned by each request, 0–1. */
  readonly share: number;
  readonly burst: number;
};

export function planRetries(retries: RetrySection | undefined): RetryPlan | undefined {
  return (
    retries && {
      times: retries.times,
      methods: retries.methods.map((method) => method.toUpperCase()),
      attemptTimeoutMs: retries.attemptTimeout,
      backoffMs: retries.backoff,
      maxBackoffMs: retries.maxBackoff,
      jitter: retries.jitter,
      budget: retries.budget,
    }
  );
}
