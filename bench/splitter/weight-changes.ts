import { setTimeout as wait } from "node:timers/promises";
import { pacedLoad } from "./paced-load.ts";
import { type Ports, startSplitter } from "./peers.ts";

const changes = 1000;
const seconds = 10;
const ratePerSecond = 2000;

export type WeightChanges = {
  readonly changes: number;
  readonly requests: number;
  readonly failed: number;
  /** By the splitter's own counts. */
  readonly answeredByOld: number;
  readonly answeredByNew: number;
};

/** A thousand changes of the share in ten seconds, under load. */
export async function weightChanges(upstream: Omit<Ports, "listen">): Promise<WeightChanges> {
  const peer = await startSplitter("weight-changes", upstream, { newPerMillion: 0, mirrors: false });
  const load = pacedLoad({ port: peer.port, ratePerSecond, seconds, connections: 64 });
  const startMs = performance.now();
  for (let change = 1; change <= changes; change++) {
    const newPerMillion = (change % 101) * 10_000;
    peer.tell({ type: "set-split", newPerMillion, caller: "bench", reason: "under load" });
    await wait(Math.max(0, startMs + (change * seconds * 1000) / changes - performance.now()));
  }
  const { timesMs, failures } = await load;
  await wait(1500); // the last second's counts
  const answered = { old: 0, new: 0 };
  for (const stats of peer.stats) {
    answered.old += stats.versions.old.answered["2xx"];
    answered.new += stats.versions.new.answered["2xx"];
  }
  await peer.stop();
  return {
    changes,
    requests: timesMs.length,
    failed: failures,
    answeredByOld: answered.old,
    answeredByNew: answered.new,
  };
}
