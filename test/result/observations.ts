import type { Observation } from "../../src/result/observation.ts";

/** An answered request, 20 ms after it was due; tests say what they want otherwise. */
export function observation(changes: Partial<Observation> = {}): Observation {
  const scheduledMs = changes.scheduledMs ?? 0;
  return {
    scheduledMs,
    seenMs: scheduledMs + 0.1,
    sentMs: scheduledMs + 0.5,
    firstByteMs: scheduledMs + 19,
    completedMs: scheduledMs + 20,
    version: "old",
    endpoint: 0,
    outcome: "ok",
    status: 200,
    errorClass: "",
    splitterMs: 0.2,
    serverQueueMs: 1,
    serviceMs: 15,
    rerouted: false,
    ...changes,
  };
}
