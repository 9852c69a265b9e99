import { z } from "zod";
import { positiveCount, positiveDuration, share } from "./units.ts";

/** What the splitter does about single addresses of a version, and how much it takes on. */

export const ejectionSection = z
  .strictObject({
    consecutiveFailures: positiveCount
      .prefault(5)
      .describe("Failed requests in a row after which one address is left alone."),
    failureShare: share
      .prefault("50%")
      .describe("Share of failed requests in the window that has the same effect."),
    minVolume: positiveCount.prefault(20).describe("Requests in the window that such a share needs."),
    window: positiveDuration.prefault("10s").describe("Length of the window."),
    ejectFor: positiveDuration
      .prefault("10s")
      .describe("How long an address is left alone; the n-th time n times as long."),
    maxEjectFor: positiveDuration.prefault("5m").describe("The longest that it is left alone."),
    maxEjected: share
      .prefault("100%")
      .describe(
        "Largest share of a version's addresses left alone at once; one more goes on. 10 % of three addresses is none.",
      ),
    alwaysEjectOne: z
      .boolean()
      .prefault(false)
      .describe("Whether one may be left alone whatever `maxEjected` says."),
  })
  .describe(
    "Leaves single addresses of both versions alone while their requests fail; off when left out. A request fails with no answer or one of 500 and above.",
  );

export const connectionsSection = z
  .strictObject({
    clients: positiveCount
      .optional()
      .describe("Client connections at once; 16,000 by default, more where the load needs them."),
    perAddress: positiveCount
      .prefault(4096)
      .describe("Connections to one address of a version, copies not counted."),
    waiting: positiveCount
      .prefault(4096)
      .describe("Requests that may wait for one of these; further ones are answered 503."),
  })
  .describe("How much the splitter takes on.");

export type EjectionSection = z.output<typeof ejectionSection>;
export type ConnectionsSection = z.output<typeof connectionsSection>;
