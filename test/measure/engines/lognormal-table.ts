import type { Uniform } from "../../../src/base/random.ts";

/** Seeded lognormal times, ms, rounded to a µs. */
export function lognormalTable(
  { count, meanMs, p99Ms }: { readonly count: number; readonly meanMs: number; readonly p99Ms: number },
  uniform: Uniform,
): readonly number[] {
  const z99 = 2.326348;
  const sigma = z99 - Math.sqrt(z99 * z99 - 2 * Math.log(p99Ms / meanMs));
  const mu = Math.log(meanMs) - (sigma * sigma) / 2;
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    return Math.round(Math.exp(mu + sigma * normal) * 1000) / 1000;
  });
}
