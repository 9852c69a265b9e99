import { describe, test } from "vitest";
import { finitePopulation } from "../../../src/model/queueing/finite-population.ts";
import { mmc } from "../../../src/model/queueing/mmc.ts";
import { near } from "./near.ts";

describe("finite populations", () => {
  test("of a hundred million users near saturation", () => {
    const answer = finitePopulation({ population: 1e8, thinkTime: 100, serviceTime: 0.01, servers: 9990 });
    near(answer.throughput, 9990 / 0.01, 1e-3);
    near(answer.meanInSystem + answer.throughput * 100, 1e8, 1e-6);
  });

  test("meet the open queue when users are many and ask rarely", () => {
    const closed = finitePopulation({ population: 1e7, thinkTime: 1e6, serviceTime: 1, servers: 14 });
    near(closed.meanResponse, mmc({ rate: 10, serviceTime: 1, servers: 14 }).meanResponse, 1e-4);
  });
});
