import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { queueDesignEffect } from "../../src/stats/queue-dependence.ts";

describe("the design effect of a queue's response times", () => {
  test.each([0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97])(
    "is ((1 + ρ)/(1 − ρ))² for one server at %s",
    (utilisation) => {
      const expected = ((1 + utilisation) / (1 - utilisation)) ** 2;
      expect(queueDesignEffect({ servers: 1, utilisation }) / expected).toBeCloseTo(1, 5);
    },
  );

  test.each([
    [64, 0.1],
    [500, 0.5],
    [2000, 0.8],
  ])("is 1 where nobody waits: %i servers at %s", (servers, utilisation) => {
    expect(queueDesignEffect({ servers, utilisation })).toBeCloseTo(1, 6);
  });

  test.each([1, 2, 64, 1000])("is 1 where nobody ever waits, with %i servers", (servers) => {
    for (const utilisation of [1e-12, 1e-9, 1e-7, 1e-5])
      expect(queueDesignEffect({ servers, utilisation })).toBeCloseTo(1, 3);
  });

  test("grows with the load and falls with the number of servers", () => {
    const at = (servers: number, utilisation: number) => queueDesignEffect({ servers, utilisation });
    for (const servers of [1, 2, 8, 64]) expect(at(servers, 0.9)).toBeGreaterThan(at(servers, 0.8));
    for (const utilisation of [0.5, 0.7, 0.9]) expect(at(8, utilisation)).toBeLessThan(at(2, utilisation));
  });

  test.each([
    { servers: 1, utilisation: 0.5 },
    { servers: 3, utilisation: 0.7 },
  ])("is what a simulated queue shows: $servers servers at $utilisation", (queue) => {
    const expected = queueDesignEffect(queue);
    const seen = simulatedEffect(queue);
    expect(seen / expected).toBeGreaterThan(0.85);
    expect(seen / expected).toBeLessThan(1.15);
  });
});

/** Variance of batch means over that of independent requests, from an M/M/c queue run request by request. */
function simulatedEffect({
  servers,
  utilisation,
}: {
  readonly servers: number;
  readonly utilisation: number;
}): number {
  const batches = 2000;
  const perBatch = 2000;
  const uniform = randomStream(7, "queue");
  const exponential = () => -Math.log(uniform());
  const freeAt = new Float64Array(servers);
  const means: number[] = [];
  let [now, sum, squares] = [0, 0, 0];
  for (let batch = 0; batch < batches; batch++) {
    let inBatch = 0;
    for (let each = 0; each < perBatch; each++) {
      now += exponential() / (servers * utilisation);
      const first = freeAt.indexOf(Math.min(...freeAt));
      const begins = Math.max(now, freeAt[first] ?? 0);
      const ends = begins + exponential();
      freeAt[first] = ends;
      inBatch += ends - now;
      squares += (ends - now) ** 2;
    }
    sum += inBatch;
    means.push(inBatch / perBatch);
  }
  const count = batches * perBatch;
  const mean = sum / count;
  const variance = squares / count - mean ** 2;
  const between = means.reduce((total, each) => total + (each - mean) ** 2, 0) / (batches - 1);
  return (between * perBatch) / variance;
}
