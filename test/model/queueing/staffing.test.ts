import { describe, expect, test } from "vitest";
import { betaForDelay, squareRootDelay, squareRootServers } from "../../../src/model/queueing/staffing.ts";
import { near } from "./near.ts";

describe("square-root staffing", () => {
  test("turns a share that waits into servers and back", () => {
    near(squareRootDelay(betaForDelay(0.05)), 0.05);
    expect(squareRootServers(2893.52, 2.375)).toBe(3022);
  });
});
