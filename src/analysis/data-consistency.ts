import { formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import { versions } from "../base/version.ts";
import type { DatabaseDivergence, Divergence, Ledger } from "../result/divergence-schema.ts";
import type { Check, RunResult } from "../result/schema.ts";
import type { DivergenceReading } from "../rollout/divergence-gate.ts";

type Judged = Omit<RunResult, "requirements">;
type Requirement = RunResult["requirements"][number];
/** `rows`: how many are wrong; at least 1 where it isn't right. */
type Finding = { readonly isRight: boolean; readonly sentence: string; readonly rows: number };

/** Whether the data of both versions is what it should be, where a run had real stores to look at. */
export function divergenceChecks({ divergence }: Judged): readonly Check[] {
  if (divergence === undefined) return [];
  const kind = "divergence";
  return findingsOf(divergence).map(({ name, finding }) => ({
    kind,
    name,
    state: finding === undefined ? "NO DATA" : finding.isRight ? "PASS" : "FAIL",
    reason: finding?.sentence ?? "the run ended before the data was looked at",
  }));
}

export function dataStaysConsistent({ divergence }: Judged): Requirement {
  const name = "Data of both versions stays consistent";
  if (divergence === undefined)
    return { name, state: "not tested", evidence: "this run had no real database to compare" };
  const findings = findingsOf(divergence).map(({ finding }) => finding);
  const known = findings.filter((finding) => finding !== undefined);
  if (known.length === 0)
    return { name, state: "not tested", evidence: "the run ended before the data was looked at" };
  const wrong = known.filter(({ isRight }) => !isRight);
  const shown = wrong.length > 0 ? wrong : known;
  return {
    name,
    state: wrong.length > 0 ? "not met" : "met",
    evidence: shown.map(({ sentence }) => sentence).join("; "),
  };
}

/** Only differences that were made, and are therefore known, can show that none is missed. */
export function divergenceIsDetected({ divergence }: Judged): Requirement {
  const name = "Divergence of data is detected";
  const made = divergence?.databases?.made;
  if (made === undefined || made.recall === undefined)
    return { name, state: "not tested", evidence: "no difference was made in this run's data" };
  const { recall, found, healed, detectionMs } = made;
  const mended = healed === 0 ? "" : `, ${formatNumber(healed)} more were mended before they could be seen`;
  const delay =
    detectionMs.max === undefined ? "" : `, after ${formatDurationMs(detectionMs.max)} at the latest`;
  const evidence = `${formatNumber(found)} of ${formatNumber(made.made - healed)} differences were found (${formatShare(recall)})${delay}${mended}`;
  return { name, state: recall === 1 ? "met" : "not met", evidence };
}

/** What a gate on `divergence.rows` is held against at the end of a run; undefined where nothing was looked at. */
export function divergenceReading({
  divergence,
}: Pick<RunResult, "divergence">): DivergenceReading | undefined {
  if (divergence === undefined) return undefined;
  const findings = findingsOf(divergence).flatMap(({ finding }) => finding ?? []);
  if (findings.length === 0) return undefined;
  return {
    rows: findings.reduce((sum, { rows }) => sum + rows, 0),
    sentence: findings.map(({ sentence }) => sentence).join("; "),
  };
}

function findingsOf({ topology, content, databases, ledger, lostUpdates }: Divergence) {
  const findings: { readonly name: string; readonly finding: Finding | undefined }[] = [];
  if (topology === "separate")
    findings.push({ name: "both databases hold the same", finding: databases && ofDatabases(databases) });
  if (content === "bank")
    findings.push({ name: "every cent accounted for", finding: ledger && ofLedger(ledger) });
  if (lostUpdates !== undefined)
    findings.push({ name: "no confirmed update is lost", finding: ofLostUpdates(lostUpdates) });
  return findings;
}

/** Both databases agree on such a row, so that no comparison of them can show it. */
function ofLostUpdates(lostUpdates: number): Finding {
  const isRight = lostUpdates === 0;
  const sentence = isRight
    ? "no update lost against a row stamped in the future"
    : `${formatNumber(lostUpdates)} confirmed updates were lost, for the row was stamped in the future`;
  return { isRight, sentence, rows: lostUpdates };
}

function ofDatabases({ atEnd, convergence, confirmed, oldestMs }: DatabaseDivergence): Finding {
  const open = atEnd.missing + atEnd.extra + atEnd.stale + atEnd.different;
  if (convergence.state === "converged") {
    const afterMs = convergence.afterMs ?? 0;
    const before =
      confirmed === 0
        ? "no row stayed different"
        : `${formatNumber(confirmed)} rows differed for up to ${formatDurationMs(oldestMs)}`;
    return {
      isRight: true,
      rows: 0,
      sentence: `no difference ${formatDurationMs(afterMs)} after the load; until then ${before}`,
    };
  }
  const kinds = Object.entries(atEnd).flatMap(([kind, count]) =>
    count === 0 ? [] : [`${formatNumber(count)} ${kind}`],
  );
  const what = open === 0 ? "second writes were still due" : `${kinds.join(", ")} rows`;
  const sentence = `${what} at the end, the oldest for ${formatDurationMs(oldestMs)}`;
  return { isRight: false, sentence, rows: Math.max(1, open) };
}

function ofLedger(ledger: Ledger): Finding {
  const { bookings, acknowledged, openingCents, balanceCents, sumsWrong } = ledger;
  const lost = versions.reduce(
    (sum, version) => sum + Math.max(0, acknowledged[version] - bookings[version]),
    0,
  );
  const faults = [
    ...(balanceCents === openingCents ? [] : [`the balances are ${centsApart(ledger)} off`]),
    ...(sumsWrong === 0 ? [] : [`the sum was wrong ${formatNumber(sumsWrong)} times`]),
    ...(ledger.wrongBookings === 0 ? [] : [`${formatNumber(ledger.wrongBookings)} bookings lack an entry`]),
    ...(ledger.wrongAccounts === 0
      ? []
      : [`${formatNumber(ledger.wrongAccounts)} accounts don't match their entries`]),
    ...(lost === 0 ? [] : [`${formatNumber(lost)} confirmed bookings are gone`]),
  ];
  const rows = ledger.wrongBookings + ledger.wrongAccounts + lost + sumsWrong;
  if (faults.length > 0) return { isRight: false, sentence: faults.join(", "), rows: Math.max(1, rows) };
  const booked = `${formatNumber(bookings.old)} bookings by old and ${formatNumber(bookings.new)} by new`;
  return {
    isRight: true,
    rows: 0,
    sentence: `${booked} are all there with both entries, and the balances add up to the cent`,
  };
}

function centsApart({ openingCents, balanceCents }: Ledger): string {
  const cents = balanceCents - openingCents;
  return `${formatNumber(Math.abs(cents))} cents`;
}
