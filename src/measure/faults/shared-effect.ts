import type { FaultEffect } from "../../scenario/fault-plan.ts";
import type { ProxyFault } from "../fault-proxy/messages.ts";

type Shared = Omit<ProxyFault, "isRefusing" | "isHanging">;

/** What mocks and fault proxies are told alike; nothing of a kind that only one of them makes. */
export function sharedPart(effect: FaultEffect): Shared {
  switch (effect.kind) {
    case "slow":
      return { slowFactor: effect.factor };
    case "errors":
      return { errorShare: effect.share };
    case "connection-resets":
      return { resetShare: effect.share };
    case "latency":
      return { latency: { delayMs: effect.delayMs, jitterMs: effect.jitterMs } };
    case "bandwidth":
      return { bytesPerSecond: effect.bytesPerSecond };
    default:
      return {};
  }
}
