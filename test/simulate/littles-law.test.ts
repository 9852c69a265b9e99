import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.ts";
import { versions } from "../../src/base/version.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { planScenario, type RunPlan } from "../../src/scenario/plan.ts";
import type { DurationCounts } from "../../src/simulate/engine/duration-counts.ts";
import type { ReplicationData } from "../../src/simulate/engine/replication-data.ts";
import { simulatedParts } from "../../src/simulate/engine/tally.ts";
import { level } from "../../src/simulate/engine/time-averages.ts";
import { checkSimulable, runReplication } from "../../src/simulate/replication.ts";
import { settingsFor } from "../../src/simulate/settings.ts";
import { countsAt, responseTimes } from "../../src/simulate/window.ts";

/**
 * Little's law in every scenario of the repository that virtual time can play: the requests that are somewhere, summed
 * over time, are the times that each of them spends there, summed over requests. Both are counted apart in the engines.
 *
 * Exact but for the ends: requests that came before the measured part began, and those that stay beyond its end. There
 * are no more of either than are in the system then, and none stays longer than the longest time.
 *
 * Source: J. D. C. Little, "A proof for the queuing formula L = λW" (1961); S. Stidham's sample-path form (1974).
 */

const folder = new URL("../../scenarios/", import.meta.url);
/** Requests of a scenario up to which it is played here. */
const mostRequests = 150_000;

const files = [folder, new URL("library/", folder)].flatMap((url) =>
  readdirSync(url)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({ name, url: new URL(name, url) })),
);

const playable = files.flatMap(({ name, url }) => {
  const parsed = parseScenario(readFileSync(url, "utf8"), { file: name, overrides: [] });
  if (!parsed.ok) throw new Error(`${name} is not a scenario`);
  const plan = planScenario(parsed.scenario);
  return isPlayable(plan) ? [[name, plan] as const] : [];
});

function isPlayable(plan: RunPlan): boolean {
  const { load, timeline } = plan;
  if (load.kind === "trace") return false;
  const perSecond =
    load.kind === "open"
      ? Math.max(...load.curve.map(({ fromPerSecond, toPerSecond }) => Math.max(fromPerSecond, toPerSecond)))
      : 0;
  if ((perSecond * (timeline.warmUpMs + timeline.durationMs)) / 1000 > mostRequests) return false;
  if (load.kind === "closed" && load.users > 10_000) return false;
  try {
    checkSimulable({ plan, settings: settingsFor(plan), trace: undefined });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

describe("Little's law holds", () => {
  /** What is left to the ends, as a share of all time spent. */
  const rooms: number[] = [];

  test.each(playable)("in %s", (_, plan) => {
    const data = runReplication({ plan, settings: settingsFor(plan), trace: undefined }, 0);
    const { areas, awaitedAt } = data.levels;
    const mostAtOnce = 1 + 2 * Math.max(...awaitedAt);
    let spentMs = 0;
    let longestMs = 0;
    for (const version of versions) {
      const all = responseTimes(plan, data.tally, { version, ofStage: () => true });
      const measured = responseTimes(plan, data.tally, {
        version,
        ofStage: (stage) => isMeasured(plan, stage),
      });
      spentMs += measured.sumMs;
      longestMs = Math.max(longestMs, all.maxMs);
    }
    const room = 2 * mostAtOnce * longestMs;
    expect(Math.abs((areas[level.awaited] ?? 0) - spentMs)).toBeLessThanOrEqual(room);
    rooms.push(room / spentMs);

    for (const [index] of versions.entries()) {
      const stay = partSum(plan, data, { index, part: "serverQueue" }).sumMs;
      const service = partSum(plan, data, { index, part: "service" });
      const inSystem = areas[index] ?? 0;
      const inSlots = areas[2 + index] ?? 0;
      // Copies, and requests that nobody waits for any more, take servers too, and are booked with nobody.
      expect(inSystem).toBeGreaterThanOrEqual(stay + service.sumMs - room);
      expect(inSlots).toBeGreaterThanOrEqual(service.sumMs - room);
      if (hasOthers(plan, data)) continue;
      expect(inSystem).toBeLessThanOrEqual(stay + service.sumMs + room);
      expect(inSlots).toBeLessThanOrEqual(service.sumMs + room);
    }
  });

  test("in enough scenarios, and tightly in most of them", () => {
    expect(playable.length).toBeGreaterThan(15);
    expect(rooms.filter((room) => room < 0.1).length).toBeGreaterThan(playable.length / 2);
  });
});

function isMeasured({ timeline }: RunPlan, stage: number): boolean {
  return timeline.stages[stage]?.warmUp === false;
}

type Part = { readonly index: number; readonly part: (typeof simulatedParts)[number] };

function partSum({ timeline }: RunPlan, { tally }: ReplicationData, { index, part }: Part) {
  const sums = timeline.stages.map((stage, place): Pick<DurationCounts, "sumMs"> => {
    const counts = tally.parts[(place * 2 + index) * simulatedParts.length + simulatedParts.indexOf(part)];
    return { sumMs: stage.warmUp ? 0 : (counts?.sumMs ?? 0) };
  });
  return { sumMs: sums.reduce((sum, { sumMs }) => sum + sumMs, 0) };
}

/** Whether anybody but requests with an answer took a place at a server. */
function hasOthers({ mirror, faults }: RunPlan, { tally }: ReplicationData): boolean {
  if (mirror !== undefined || faults.length > 0) return true;
  return tally.due.some((_, cell) =>
    versions.some((_, index) => countsAt(tally.counts, cell * 2 + index).timedOut > 0),
  );
}
