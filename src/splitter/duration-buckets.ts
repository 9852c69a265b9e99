/**
 * Upper bounds in seconds, those that HTTP server metrics are usually given.
 *
 * Source: OpenTelemetry semantic conventions, `http.server.request.duration`.
 */
export const bucketBoundsSeconds = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;

/** A count per bucket since the start, for pages that are scraped; the last bucket has no upper bound. */
export class DurationBuckets {
  readonly counts = new Float64Array(bucketBoundsSeconds.length + 1);
  sumSeconds = 0;

  record(ms: number): void {
    const seconds = ms / 1000;
    this.sumSeconds += seconds;
    let bucket = 0;
    while (bucket < bucketBoundsSeconds.length && seconds > (bucketBoundsSeconds[bucket] as number)) bucket++;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
  }
}
