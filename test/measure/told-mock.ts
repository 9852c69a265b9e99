import type { AnyProcess } from "../../src/measure/child-process.ts";
import type { MockStats } from "../../src/measure/mock-messages.ts";

/** A mock that says only what a test lets it say. */
export function toldMock(role: AnyProcess["role"], pid = 1): AnyProcess {
  return {
    name: `${role}-1`,
    role,
    pid,
    send: () => undefined,
    onReport: () => undefined,
    ended: new Promise(() => undefined),
    isRunning: true,
    kill: () => undefined,
  };
}

/** What an idle mock tells, with what a test is about. */
export function mockStats(more: Partial<MockStats> = {}): MockStats {
  const none = { served: 0, errors: 0, rejected: 0, abandoned: 0 };
  return {
    type: "stats",
    atMs: 0,
    users: none,
    mirrored: none,
    busy: 0,
    queueLength: 0,
    cpuBurnedMs: 0,
    eventLoop: { utilisation: 0, delayP99Ms: 0, delayMaxMs: 0, delayMeanMs: 0 },
    ...more,
  };
}
