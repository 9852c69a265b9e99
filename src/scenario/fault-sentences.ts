import { assertNever } from "../base/invariant.ts";
import { formatBytes, formatDurationMs, formatShare } from "../base/units.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { FaultWay } from "./fault-ways.ts";

/** What the journal says when a fault begins. */
export function beginSentence(fault: FaultPlan, way: FaultWay | undefined): string {
  const service = nameOf(fault);
  if (way === "proxy" && fault.kind === "crash")
    return `${service} can't be reached: connections are refused, and those that were open were reset`;
  if (fault.service === "cache" && fault.kind === "crash")
    return "the cache went away: every read goes to the database";
  switch (fault.kind) {
    case "crash":
      return `${service} was killed`;
    case "restart":
      return service === "splitter"
        ? "a fresh splitter takes over"
        : `${service} is restarted in order: taken out, drained, started again`;
    case "hang":
      return `${service} stands still`;
    case "cold-start":
      return `${service} was killed and started again, ${fault.factor} times slower at first`;
    case "slow":
      return `${service} became ${fault.factor} times slower`;
    case "errors":
      return `${service} began to answer ${formatShare(fault.share)} with errors`;
    case "wrong-answers":
      return `${service} began to answer ${formatShare(fault.share)} with a wrong field`;
    case "connection-resets":
      return `${service} began to reset the connection in place of ${formatShare(fault.share)} of its answers`;
    case "cpu-theft":
      return `${formatShare(fault.share)} of a core is taken from each process of ${service}`;
    case "memory-leak": {
      const { bytesPerSecond, limitBytes } = fault;
      return `${service} began to leak ${formatBytes(bytesPerSecond)}/s, up to ${formatBytes(limitBytes)}`;
    }
    case "latency": {
      const jitter = fault.jitterMs === 0 ? "" : ` ± ${formatDurationMs(fault.jitterMs)}`;
      return `answers of ${service} come ${formatDurationMs(fault.delayMs)}${jitter} later`;
    }
    case "bandwidth": {
      const line = way === "proxy" ? `all answers of ${service} share` : `each process of ${service} has`;
      return `${line} a line of ${formatBytes(fault.bytesPerSecond)}/s`;
    }
    case "lost-writes":
    case "reordering":
    case "clock-skew":
    case "replica-lag":
      return `${fault.kind} of the ${service} began`;
    default:
      return assertNever(fault);
  }
}

/** And when it is over. */
export function endSentence(fault: FaultPlan, way: FaultWay | undefined): string {
  const { kind } = fault;
  const service = nameOf(fault);
  if (way === "proxy" && kind === "crash") return `${service} can be reached again`;
  if (fault.service === "cache" && kind === "crash") return "the cache answers again";
  switch (kind) {
    case "crash":
      return `${service} was started again`;
    case "restart":
      return service === "splitter" ? "the splitter before has handed over" : `${service} serves again`;
    case "hang":
      return `${service} moves again`;
    case "cold-start":
      return `${service} is warm`;
    case "memory-leak":
      return `${service} leaks no more; what has leaked stays until its processes end`;
    default:
      return `the ${kind} of ${service} is over`;
  }
}

/** As the processes of a run are called: `new`, or `new-2`. */
function nameOf({ service, replica }: FaultPlan): string {
  return replica === undefined ? service : `${service}-${replica}`;
}
