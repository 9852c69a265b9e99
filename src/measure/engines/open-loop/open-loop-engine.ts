import type { EngineOptions, LoadEngine } from "../engine.ts";
import { playPaced } from "../pacing/play-paced.ts";
import { OpenTraffic } from "./open-traffic.ts";

/** Plays open arrivals or a trace: a request goes out when it is due, whatever became of the earlier ones. */
export function openLoopEngine(options: EngineOptions): LoadEngine {
  return playPaced(options, (parts) => new OpenTraffic(parts));
}
