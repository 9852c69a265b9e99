import { describe, expect, test } from "vitest";
import { powerOfChoicesResponse, powerOfTwoFound } from "../../../src/model/queueing/power-of-two.ts";
import { near } from "./near.ts";

describe("the better of two servers", () => {
  test("its fixed point has the mean of the closed form", () => {
    for (const utilisation of [0.5, 0.8, 0.95]) {
      const found = powerOfTwoFound(utilisation, 1);
      const response = found.reduce((sum, share, level) => sum + share * (level + 1), 0);
      near(response, powerOfChoicesResponse(utilisation), 1e-5);
    }
  });

  test("more slots wait more rarely at the same utilisation", () => {
    const waits = (slots: number) =>
      powerOfTwoFound(0.9 * slots, slots)
        .slice(slots)
        .reduce((sum, share) => sum + share, 0);
    expect(waits(4)).toBeLessThan(waits(1));
    expect(waits(16)).toBeLessThan(waits(4));
  });
});
