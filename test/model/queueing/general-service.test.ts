import { mean, variance } from "simple-statistics";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { mdcMeanWait } from "../../../src/model/queueing/mdc.ts";
import { dm1MeanWait, md1WaitExceeds } from "../../../src/model/queueing/mg1.ts";
import {
  allenCunneen,
  ggcMeanWait,
  mdcMeanWaitCosmetatos,
  mgcMeanWait,
} from "../../../src/model/queueing/mgc.ts";
import { mmc, mmcResponseExceeds } from "../../../src/model/queueing/mmc.ts";
import { processorSharingResponseOf } from "../../../src/model/queueing/processor-sharing.ts";
import {
  responseExceeds,
  serviceExceeds,
  serviceLaw,
  shiftedLaw,
} from "../../../src/model/queueing/service-law.ts";
import { near } from "./near.ts";

describe("general service times", () => {
  const cases: readonly (readonly [servers: number, utilisation: number, scv: number, exact: number])[] = [
    [2, 0.8, 4, 4.2853777],
    [10, 0.8, 4, 0.43236859],
    [10, 0.9, 4, 1.548955],
    [50, 0.9, 4, 0.14766106],
  ];
  test.each(cases)(
    "Kimura is within 2.3 %% of exact for M/H2/%d at %d, scv %d",
    (servers, utilisation, scv, exact) => {
      const queue = { rate: utilisation * servers, serviceTime: 1, servers, scv };
      near(mgcMeanWait(queue), exact, 0.023);
      expect(allenCunneen(queue) / exact).toBeGreaterThan(1.03);
    },
  );

  test("Cosmetatos is within 1 % of the exact M/D/c", () => {
    near(mdcMeanWaitCosmetatos({ rate: 45, serviceTime: 1, servers: 50 }), 0.039525887, 0.01);
    near(mdcMeanWait({ rate: 45, serviceTime: 1, servers: 50 }) ?? 0, 0.039525887, 1e-6);
  });

  test("M/D/1 waits are those of a simulated queue", () => {
    const uniform = randomStream(7, "md1");
    let wait = 0;
    let longer = 0;
    const count = 400_000;
    for (let request = 0; request < count; request++) {
      if (wait > 3) longer++;
      wait = Math.max(0, wait + 1 + Math.log(uniform()) / 0.8);
    }
    near(longer / count, md1WaitExceeds({ rate: 0.8, serviceTime: 1 }, 3), 0.06);
  });

  test("steadier arrivals wait less, D/M/1 within a fifth of exact", () => {
    const queue = { rate: 0.8, serviceTime: 1, servers: 1, scv: 1 };
    near(ggcMeanWait({ ...queue, arrivalScv: 0 }), dm1MeanWait(queue), 0.2);
    near(ggcMeanWait({ ...queue, arrivalScv: 1 }), mgcMeanWait(queue));
    expect(ggcMeanWait({ ...queue, arrivalScv: 4 })).toBeGreaterThan(mgcMeanWait(queue));
  });

  test("the binned response is the exact one for an exponential law", () => {
    const queue = { rate: 0.9, serviceTime: 20, servers: 21 };
    const { waitProbability, meanWait } = mmc(queue);
    const law = serviceLaw({ law: "gamma", meanMs: 20, shape: 1 });
    for (const time of [10, 50, 100, 150]) {
      near(
        responseExceeds(law, { waitProbability, meanWaitMs: meanWait }, time),
        mmcResponseExceeds(queue, time),
        0.02,
      );
    }
  });

  test("bins carry the mean and the tail of their law", () => {
    const law = serviceLaw({ law: "lognormal", meanMs: 20, p99Ms: 80 });
    near(serviceExceeds(law, 80), 0.01, 0.02);
    near(
      law.shares.reduce((sum, share) => sum + share, 0),
      1,
    );
    const shifted = shiftedLaw(law, 10);
    near(serviceExceeds(shifted, 90), 0.01, 0.02);
    near(shifted.scv * shifted.meanMs ** 2, law.scv * law.meanMs ** 2);
  });

  test("a request of twice the size takes twice as long where the speed is shared", () => {
    near(processorSharingResponseOf({ rate: 0.5, serviceTime: 1 }, 2), 4);
  });
});

describe("sampled moments", () => {
  test("a law's squared variation is that of its quantiles", () => {
    const law = serviceLaw({ law: "gamma", meanMs: 30, shape: 4 });
    const uniform = randomStream(1, "gamma");
    const values = Array.from({ length: 20_000 }, () =>
      Array.from({ length: 4 }, () => -Math.log(uniform()) * 7.5).reduce((sum, part) => sum + part, 0),
    );
    near(variance(values) / mean(values) ** 2, law.scv, 0.05);
  });
});
