import { describe, expect, test } from "vitest";
import type { ProxyFault } from "../../../src/measure/fault-proxy/messages.ts";
import { proxyFaultOf } from "../../../src/measure/fault-proxy/proxy-fault.ts";
import type { FaultEffect, FaultPlan } from "../../../src/scenario/fault-plan.ts";
import type { FaultTarget } from "../../../src/scenario/fault-schema.ts";

function fault(service: FaultTarget, effect: FaultEffect): FaultPlan {
  return { atMs: 0, forMs: 1000, service, ...effect };
}

const slow = fault("new", { kind: "slow", factor: 3 });
const late = fault("new", { kind: "latency", delayMs: 20, jitterMs: 5 });

describe("what a proxy is told", () => {
  test.each<[what: string, target: FaultTarget, active: readonly FaultPlan[], expected: ProxyFault]>([
    ["nothing, of no trouble", "new", [], {}],
    ["nothing of another's trouble", "database", [slow], {}],
    ["a crash", "new", [fault("new", { kind: "crash" })], { isRefusing: true }],
    ["a hang", "cache", [fault("cache", { kind: "hang" })], { isHanging: true }],
    ["two kinds in one", "new", [slow, late], { slowFactor: 3, latency: { delayMs: 20, jitterMs: 5 } }],
    ["of one kind, the later", "new", [slow, fault("new", { kind: "slow", factor: 7 })], { slowFactor: 7 }],
    [
      "shares and a line",
      "database",
      [
        fault("database", { kind: "errors", share: 0.1 }),
        fault("database", { kind: "connection-resets", share: 0.2 }),
        fault("database", { kind: "bandwidth", bytesPerSecond: 1000 }),
      ],
      { errorShare: 0.1, resetShare: 0.2, bytesPerSecond: 1000 },
    ],
  ])("%s", (_what, target, active, expected) => expect(proxyFaultOf(target, active)).toEqual(expected));
});
