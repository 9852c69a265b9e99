import { describe, expect, test } from "vitest";
import { departureScv, splitScv } from "../../../src/model/queueing/open-network.ts";
import { near } from "./near.ts";

describe("flows of an open network", () => {
  test("a thin random split is nearly Poisson, and a full one is what it was", () => {
    near(splitScv(4, 0.01), 1.03);
    expect(splitScv(4, 1)).toBe(4);
  });

  test("a busy station's departures look like its services, an idle one's like its arrivals", () => {
    expect(departureScv({ utilisation: 1, servers: 1, arrivalScv: 1, scv: 0 })).toBe(0);
    expect(departureScv({ utilisation: 0, servers: 1, arrivalScv: 3, scv: 0 })).toBe(3);
  });
});
