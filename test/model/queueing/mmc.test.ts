import { describe, test } from "vitest";
import { mmc, mmcResponseExceeds } from "../../../src/model/queueing/mmc.ts";
import { near } from "./near.ts";

describe("M/M/c", () => {
  test("has no jump where c − A passes 1", () => {
    const at = (erlangs: number) => mmcResponseExceeds({ rate: erlangs, serviceTime: 1, servers: 21 }, 10);
    near(at(20 - 1e-10), at(20), 1e-6);
    near(at(20 + 1e-10), at(20), 1e-6);
  });

  test("agrees with Little's law", () => {
    const answer = mmc({ rate: 9, serviceTime: 0.2, servers: 3 });
    near(answer.meanInSystem, 9 * answer.meanResponse);
  });
});
