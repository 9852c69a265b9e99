/**
 * Upper bounds in seconds, inclusive, those that HTTP metrics are given.
 *
 * Source: OpenTelemetry semantic conventions, `http.client.request.duration`, `http.server.request.duration`.
 */
export const bucketBoundsSeconds = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;

/** Durations with how often each occurred; as many counts as durations. */
export type CountedDurations = { readonly ms: readonly number[]; readonly counts: readonly number[] };

/** A count per bucket since the start; the last bucket has no upper bound. */
export class DurationBuckets {
  readonly counts = new Float64Array(bucketBoundsSeconds.length + 1);
  sumSeconds = 0;

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  record(ms: number, times = 1): void {
    const seconds = ms / 1000;
    this.sumSeconds += seconds * times;
    let bucket = 0;
    while (bucket < bucketBoundsSeconds.length && seconds > (bucketBoundsSeconds[bucket] as number)) bucket++;
    this.counts[bucket] = (this.counts[bucket] as number) + times;
  }

  add({ ms, counts }: CountedDurations): void {
    for (const [index, duration] of ms.entries()) this.record(duration, counts[index] ?? 0);
  }
}
