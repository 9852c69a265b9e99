import type { EngineOptions, LoadEngine } from "../engine.ts";
import { playPaced } from "../pacing/play-paced.ts";
import { ClosedTraffic } from "./closed-traffic.ts";

/** Plays users who wait for their answer, think, and ask again. */
export function closedLoopEngine(options: EngineOptions): LoadEngine {
  return playPaced(options, (parts) => new ClosedTraffic(parts));
}
