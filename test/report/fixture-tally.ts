import { perVersion, type Version } from "../../src/base/version.ts";
import type { Arm, SecondResult } from "../../src/result/schema.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";
import { summarise } from "../../src/stats/percentiles.ts";

/** What a version did in a second or a run, from requests that are drawn one by one. */
export type Tally = {
  completed: number;
  failed: number;
  timedOut: number;
  notSent: number;
  errors: Record<string, number>;
  ok: DurationHistogram;
  bad: DurationHistogram;
  censored: DurationHistogram;
  parts: Record<
    "pacerLag" | "slotWait" | "splitter" | "network" | "serverQueue" | "service",
    DurationHistogram
  >;
};

export function emptyTally(): Tally {
  const histogram = () => new DurationHistogram();
  return {
    completed: 0,
    failed: 0,
    timedOut: 0,
    notSent: 0,
    errors: {},
    ok: histogram(),
    bad: histogram(),
    censored: histogram(),
    parts: {
      pacerLag: histogram(),
      slotWait: histogram(),
      splitter: histogram(),
      network: histogram(),
      serverQueue: histogram(),
      service: histogram(),
    },
  };
}

/** Empties a tally for the next second; making histograms anew would take longer than filling them. */
export function resetTally(tally: Tally): void {
  for (const key of ["completed", "failed", "timedOut", "notSent"] as const) tally[key] = 0;
  tally.errors = {};
  for (const histogram of [tally.ok, tally.bad, tally.censored, ...Object.values(tally.parts)])
    histogram.reset();
}

export function drawRequest(
  tally: Tally,
  draw: { version: Version; uniform: () => number; isOut: boolean; slow: number },
): void {
  const { uniform, version } = draw;
  if (draw.isOut) {
    if (uniform() < 0.3) {
      tally.timedOut++;
      tally.censored.record(5000);
      tally.errors["timeout"] = (tally.errors["timeout"] ?? 0) + 1;
    } else {
      tally.failed++;
      tally.bad.record(0.4 + uniform());
      tally.errors["refused"] = (tally.errors["refused"] ?? 0) + 1;
    }
    return;
  }
  const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const parts = {
    pacerLag: 0.06 * uniform(),
    slotWait: uniform() < 0.02 ? 2 * uniform() : 0,
    splitter: 0.15 + 0.1 * uniform(),
    network: 0.2 + 0.2 * uniform(),
    serverQueue: uniform() < 0.1 ? 6 * uniform() : 0,
    service: Math.exp((version === "new" ? 2.85 : 2.8) + 0.5 * normal) * draw.slow,
  };
  let totalMs = 0;
  for (const name of Object.keys(parts) as (keyof typeof parts)[]) {
    tally.parts[name].record(parts[name]);
    totalMs += parts[name];
  }
  if (uniform() < 0.001) {
    tally.failed++;
    tally.bad.record(totalMs);
    tally.errors["status-503"] = (tally.errors["status-503"] ?? 0) + 1;
    return;
  }
  tally.completed++;
  tally.ok.record(totalMs);
}

export function addTally(total: Tally, part: Tally): void {
  for (const key of ["completed", "failed", "timedOut", "notSent"] as const) total[key] += part[key];
  for (const [name, count] of Object.entries(part.errors))
    total.errors[name] = (total.errors[name] ?? 0) + count;
  for (const key of ["ok", "bad", "censored"] as const) total[key].add(part[key]);
  for (const name of Object.keys(part.parts) as (keyof Tally["parts"])[])
    total.parts[name].add(part.parts[name]);
}

function allOf(tally: Tally): DurationHistogram {
  const all = new DurationHistogram();
  for (const key of ["ok", "bad", "censored"] as const) all.add(tally[key]);
  return all;
}

export function armOf(tally: Tally, seconds: number): Arm {
  const { completed, failed, timedOut, notSent } = tally;
  const scheduled = completed + failed + timedOut + notSent;
  return {
    scheduled,
    completed,
    failed,
    timedOut,
    notSent,
    inFlight: 0,
    rerouted: 0,
    errors: tally.errors,
    offeredPerSecond: scheduled / seconds,
    throughputPerSecond: completed / seconds,
    responseTimeMs: summarise(allOf(tally), notSent),
    okResponseTimeMs: summarise(tally.ok),
    partsMs: Object.fromEntries(
      Object.entries(tally.parts)
        .filter(([, histogram]) => histogram.count > 0)
        .map(([name, histogram]) => [name, summarise(histogram)]),
    ),
    histograms: {
      ...(tally.ok.count > 0 && { ok: tally.ok.encode() }),
      ...(tally.bad.count > 0 && { failed: tally.bad.encode() }),
      ...(tally.censored.count > 0 && { censored: tally.censored.encode() }),
    },
  };
}

export function secondOf(
  second: number,
  stage: number,
  due: number,
  tallies: Record<Version, Tally>,
): SecondResult {
  return {
    second,
    stage,
    due,
    versions: perVersion((version) => {
      const { completed, failed, timedOut, notSent } = tallies[version];
      const { p50, p90, p99, max } = summarise(allOf(tallies[version]), notSent);
      return {
        scheduled: completed + failed + timedOut + notSent,
        completed,
        failed,
        timedOut,
        notSent,
        ...(p50 !== undefined && { p50Ms: p50 }),
        ...(p90 !== undefined && { p90Ms: p90 }),
        ...(p99 !== undefined && { p99Ms: p99 }),
        ...(max !== undefined && { maxMs: max }),
      };
    }),
  };
}

/** Numbers in [0, 1) from a seed; mulberry32. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
