import { z } from "zod";
import { versions } from "../base/version.ts";
import { capacitySection, growthSection, migrationSection } from "./capacity-schema.ts";
import { compareSection } from "./compare-schema.ts";
import { faultSection } from "./fault-schema.ts";
import { calibrationFile, predictSection } from "./predict-schema.ts";
import { queueSection } from "./queue-schema.ts";
import { rolloutSection } from "./rollout-schema.ts";
import { routingRule } from "./routing-rule-schema.ts";
import { secondServiceSection } from "./second-service-schema.ts";
import { cacheSection, databaseSection, serviceSection } from "./service-schema.ts";
import { connectionsSection, ejectionSection } from "./split-protection-schema.ts";
import { flagProvider, splitSource } from "./split-source-schema.ts";
import { telemetrySection } from "./telemetry-schema.ts";
import { count, duration, positiveCount, positiveDuration, share, size } from "./units.ts";
import { workloadSection } from "./workload-schema.ts";

/**
 * The scenario file: the one source of the types, of `scenarios/scenario.schema.json` and of
 * `docs/reference/scenario.md`. Every field is described here and nowhere else.
 */

const version = z.enum(versions);

const mirror = z
  .strictObject({
    to: version.prefault("new").describe("The version that gets the copies."),
    share: share.prefault("100%").describe("Share of the other version's requests that are copied."),
    methods: z
      .array(z.string())
      .min(1)
      .prefault(["GET", "HEAD"])
      .describe("Methods that are copied. Copying writes doubles their effects."),
    deadline: positiveDuration.prefault("2s").describe("A copy that takes longer is given up."),
    maxInFlight: positiveCount
      .prefault(128)
      .describe("Copies under way at once; more are dropped and counted."),
    maxBody: size.prefault("1MiB").describe("Requests with a larger body are not copied, and counted."),
  })
  .describe("A copy of the traffic for the other version, whose answers nobody waits for.");

/** How copies are made where only the steps of a ramp say how many. */
export function usualMirror(): z.output<typeof mirror> {
  return mirror.parse({});
}

const split = z
  .strictObject({
    new: share.prefault("10%").describe("Share of requests or users that new answers."),
    old: share.optional().describe("Share of old; the rest by default. The two must make 100 %."),
    by: z
      .enum(["user", "request"])
      .prefault("user")
      .describe(
        "`user`: the same user always meets the same version. `request`: each request is dealt anew.",
      ),
    userKey: z
      .union([z.strictObject({ header: z.string().min(1) }), z.strictObject({ cookie: z.string().min(1) })])
      .prefault({ header: "x-user-id" })
      .describe("What identifies a user, for sticky splits."),
    flags: z
      .array(
        z.strictObject({
          header: z.string().min(1).describe("Name of the header looked at."),
          equals: z.string().describe("Value that makes the rule hold."),
          to: version.describe("The version that then answers."),
          share: share.optional().describe("In a run: share of users that send this header."),
        }),
      )
      .max(100)
      .prefault([])
      .describe("Rules that come before the share, first match wins."),
    rules: z
      .array(routingRule)
      .max(100)
      .prefault([])
      .describe("Rules that come before flags and share, first match wins."),
    mirror: mirror.optional(),
    ejection: ejectionSection.optional(),
    connections: connectionsSection.prefault({}),
    source: splitSource.optional(),
    provider: flagProvider.optional(),
  })
  .describe("Who answers: the share of each version, rules before it, copies beside it.");

const run = z
  .strictObject({
    duration: positiveDuration
      .optional()
      .describe("Length of the measured part; 30s by default, and with a ramp as long as the ramp takes."),
    warmUp: duration.prefault("3s").describe("Load before it, that no figure contains."),
    seed: count
      .prefault(42)
      .describe("Seed of every random choice; the same seed gives the same arrivals and the same split."),
    drivers: positiveCount.prefault(1).describe("Processes that make the load; they share one schedule."),
    grace: duration.prefault("5s").describe("How long answers under way at the end are waited for."),
    engine: z
      .enum(["open-loop", "autocannon"])
      .prefault("open-loop")
      .describe(
        "`autocannon` is a closed-loop saturation probe: as fast as the connections allow, no arrival times.",
      ),
    calibrate: z
      .boolean()
      .prefault(true)
      .describe("Before the load, measure for a second what the instrument itself adds."),
    allowTargets: z
      .array(z.string().min(1))
      .prefault([])
      .describe(
        "Hosts outside loopback and private ranges that this scenario may load; the command line must name them too.",
      ),
  })
  .describe("How long a real run takes and what drives it.");

const slo = z
  .strictObject({
    responseTimeP50: positiveDuration.optional().describe("Highest median response time."),
    responseTimeP90: positiveDuration.optional().describe("Highest 90th percentile of the response time."),
    responseTimeP95: positiveDuration.optional().describe("Highest 95th percentile of the response time."),
    responseTimeP99: positiveDuration.optional().describe("Highest 99th percentile of the response time."),
    responseTimeP999: positiveDuration.optional().describe("Highest 99.9th percentile of the response time."),
    availability: share.optional().describe("Lowest share of requests that are answered well."),
  })
  .describe("What users are promised; each version is held to it.");

export const scenarioSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$/,
        "must be 1 to 80 letters, digits, spaces, dots, dashes or underscores",
      )
      .describe("Name of the scenario; run directories start with it."),
    description: z.string().max(2000).optional().describe("What it shows, in a sentence or two."),
    users: positiveCount
      .prefault(1000)
      .describe("People who use the system. A growth table scales this number."),
    workload: workloadSection.prefault({}),
    services: z
      .strictObject({
        old: serviceSection.prefault({}),
        new: serviceSection.prefault({}),
        second: secondServiceSection.optional(),
      })
      .prefault({})
      .describe("The two versions, and what stands behind them."),
    stores: z
      .strictObject({
        database: databaseSection.optional(),
        cache: cacheSection.optional(),
        queue: queueSection.optional(),
      })
      .prefault({})
      .describe("What stands behind both versions."),
    split: split.prefault({}),
    compare: compareSection.optional(),
    rollout: rolloutSection.prefault({}),
    faults: z.array(faultSection).max(100).prefault([]).describe("Trouble made on purpose, on time."),
    run: run.prefault({}),
    slo: slo.prefault({}),
    capacity: capacitySection.prefault({}),
    growth: growthSection.prefault({}),
    migration: migrationSection.optional(),
    predict: predictSection.optional(),
    calibration: calibrationFile.optional(),
    telemetry: telemetrySection.optional(),
  })
  .meta({
    title: "Twinlane scenario",
    description: "Users, traffic, an old and a new version of a service, and what must hold.",
  });

/** A scenario as read: every quantity a plain number in ms, bytes, shares 0–1 or per second. */
export type Scenario = z.output<typeof scenarioSchema>;
