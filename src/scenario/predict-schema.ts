import { z } from "zod";
import { multiple, share } from "./units.ts";

/** The sections about calibrated profiles: using one, and checking what one predicts. */

const positiveShare = share.refine((value) => value > 0, { error: "must be above 0" });

const load = multiple.refine((value) => value > 0, { error: "must be above 0" });

export const predictSection = z
  .strictObject({
    calibrateAt: z
      .array(load)
      .min(1)
      .max(20)
      .describe(
        "Loads measured first, as shares of the scenario's; two or more tell background from demand.",
      ),
    verifyAt: z
      .array(load)
      .min(1)
      .max(20)
      .describe("Loads predicted, then measured, as shares of the scenario's; 1.5 is half as much again."),
    tolerance: z
      .strictObject({
        responseTimeP99: positiveShare.optional().describe("Largest relative error of p99."),
        responseTimeMean: positiveShare.optional().describe("Largest relative error of the mean."),
        throughput: positiveShare.optional().describe("Largest relative error of the throughput."),
        cpu: positiveShare.optional().describe("Largest relative error of the CPU use."),
      })
      .prefault({})
      .describe("Errors of the simulation above which the prediction has failed."),
  })
  .describe("Calibrate at some loads, predict others, and check: `twinlane predict`.");

export const calibrationFile = z
  .string()
  .min(1)
  .max(1000)
  .describe(
    "A profile written by `twinlane calibrate`, beside the scenario: `model` and `simulate` then use what was measured.",
  );
