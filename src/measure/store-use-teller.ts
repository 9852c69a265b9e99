import { useSince } from "../result/store-use.ts";
import type { StoreUse } from "../result/store-use-schema.ts";
import type { AnyProcess } from "./child-process.ts";
import type { MockStats } from "./mock-messages.ts";
import type { RunLog } from "./run-log.ts";

/** How often mocks tell; the first word is about the time since they started, at most that long. */
const wordEveryMs = 1000;

type Word = { readonly atMs: number; readonly use: StoreUse };

/** Logs what mocks ask of their stores, each second what is new. One that was started again counts anew. */
export function storeUseTeller(log: RunLog): (stats: MockStats, mock: AnyProcess) => void {
  const told = new WeakMap<AnyProcess, Word>();
  return ({ atMs, storeUse }, mock) => {
    if (storeUse === undefined || (mock.role !== "old" && mock.role !== "new")) return;
    const before = told.get(mock);
    told.set(mock, { atMs, use: storeUse });
    const use = useSince(before?.use, storeUse);
    // Nothing is asked before the load begins, and until then the start of the measured part isn't known.
    if (use.requests === 0) return;
    const fromMs = log.planMs(before?.atMs ?? atMs - wordEveryMs);
    log.add({ type: "store-use", delta: { version: mock.role, fromMs, untilMs: log.planMs(atMs), use } });
  };
}
