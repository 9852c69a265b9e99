import { formatNumber, formatShare } from "../base/units.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { CompareReport } from "../splitter/comparing/compare-report.ts";
import { checkAllowed } from "./target.ts";

/** The rule of the final check holds here too: fewer pairs tell little. */
const fewestPairs = 100;
const webhookPatienceMs = 5000;

export type MismatchAlert = {
  /** The latest comparison; cumulative. */
  take(report: CompareReport): void;
  /** Waits for a call under way, so that none outlives the run. */
  settle(): Promise<void>;
};

type Tell = (kind: "mismatch" | "alert-failed", message: string) => void;

/**
 * The scenario's webhook with the address that its name has now.
 *
 * @throws UserError `target-not-allowed` for one outside loopback and private ranges
 */
export async function resolveWebhook(
  { compare, allowTargets }: RunPlan,
  allowedHosts: readonly string[],
): Promise<string | undefined> {
  if (compare?.webhook === undefined) return undefined;
  return await checkAllowed("webhook", compare.webhook, (host) => {
    return allowTargets.includes(host) && allowedHosts.includes(host);
  });
}

/**
 * Raises the alarm once, when more answers differ than the scenario allows: a line for the log, and a call of the
 * webhook where there is one.
 */
export function mismatchAlert(plan: RunPlan, webhook: string | undefined, tell: Tell): MismatchAlert {
  const maxMismatch = plan.compare?.maxMismatch;
  let isRaised = false;
  let call = Promise.resolve();
  return { take, settle: () => call };

  function take(report: CompareReport): void {
    const { compared, mismatchShare } = report;
    if (isRaised || maxMismatch === undefined || mismatchShare === undefined) return;
    if (compared < fewestPairs || mismatchShare <= maxMismatch) return;
    isRaised = true;
    const message = sentence(report, mismatchShare, maxMismatch);
    tell("mismatch", message);
    if (webhook !== undefined) call = post(webhook, { scenario: plan.name, message, ...report }, tell);
  }
}

function sentence(report: CompareReport, mismatchShare: number, maxMismatch: number): string {
  const { mismatched, compared, fields } = report;
  const worst = fields.find(({ isBeyondNoise }) => isBeyondNoise);
  const where = worst === undefined ? "" : `, most in ${worst.field} of ${worst.endpoint} (${worst.kind})`;
  return (
    `new answers otherwise than old: ${formatNumber(mismatched)} of ${formatNumber(compared)} compared ` +
    `(${formatShare(mismatchShare)}), allowed ${formatShare(maxMismatch)}${where}`
  );
}

type Alert = CompareReport & { readonly scenario: string; readonly message: string };

async function post(url: string, alert: Alert, tell: Tell): Promise<void> {
  try {
    const { ok, status } = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "mismatch", ...alert }),
      redirect: "error",
      signal: AbortSignal.timeout(webhookPatienceMs),
    });
    if (!ok) tell("alert-failed", `the webhook answered ${status}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    tell("alert-failed", `the webhook can't be reached: ${reason}`);
  }
}
