import type { VersionIndex } from "./request-source.ts";
import { type Levels, level } from "./time-averages.ts";

/** Stays of requests, added to the integrals over the measured part and to the samples they were there at. */
export class Stays {
  readonly #levels: Levels;
  readonly #version: VersionIndex;
  readonly #durationMs: number;

  constructor(levels: Levels, version: VersionIndex, durationMs: number) {
    this.#levels = levels;
    this.#version = version;
    this.#durationMs = durationMs;
  }

  add(nowMs: number, startMs: number, endMs: number): void {
    const { areas, awaitedAt } = this.#levels;
    const untilMs = Math.min(endMs, this.#durationMs);
    const stayMs = Math.max(0, untilMs - Math.max(nowMs, 0));
    const busy = level.busyOld + this.#version;
    areas[this.#version] = (areas[this.#version] as number) + stayMs;
    areas[level.awaited] = (areas[level.awaited] as number) + stayMs;
    areas[busy] = (areas[busy] as number) + Math.max(0, untilMs - Math.max(startMs, 0));
    const stepMs = this.#durationMs / awaitedAt.length;
    for (
      let at = Math.max(0, Math.ceil(nowMs / stepMs));
      at < awaitedAt.length && at * stepMs < endMs;
      at++
    ) {
      awaitedAt[at] = (awaitedAt[at] as number) + 1;
    }
  }
}
