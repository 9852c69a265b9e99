import { z } from "zod";
import { retrySection } from "./retry-schema.ts";
import { amount, duration, positiveCount, positiveDuration, positiveRate, rate } from "./units.ts";

const requestBody = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);

const request = z.strictObject({
  name: z.string().min(1).max(80).optional().describe("Name in reports; METHOD and path by default."),
  method: z
    .enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    .prefault("GET")
    .describe("HTTP method."),
  path: z
    .string()
    .startsWith("/", "must start with /")
    .regex(/^[^\s\u0000-\u001f\u007f]*$/, "must not hold spaces or control characters")
    .prefault("/")
    .describe(
      "Path and query. `{1..1000}` becomes a random whole number of that range, `{uuid}` a random UUID, `{user}` the user's number, `{csv:items.csv:id}` a value of that column of a CSV file beside the scenario.",
    ),
  weight: amount.prefault(1).describe("How often, relative to the other requests."),
  write: z
    .boolean()
    .optional()
    .describe("Whether it changes data. By default, all but GET, HEAD and OPTIONS do."),
  headers: z.record(z.string(), z.string()).prefault({}).describe("Headers to send, by name."),
  body: requestBody.optional().describe("Body to send; anything but a text is sent as JSON."),
});

const rateShape = z.union([
  z.strictObject({
    ramp: z.strictObject({
      from: rate.describe("Rate at the start."),
      to: rate.describe("Rate at the end."),
      over: positiveDuration
        .optional()
        .describe("How long the climb takes; the whole run by default, then `to` is held."),
    }),
  }),
  z.strictObject({
    steps: z
      .array(
        z.strictObject({
          rate: rate.describe("Rate of this step."),
          for: positiveDuration.describe("Length of this step."),
        }),
      )
      .min(1)
      .describe("Constant rates one after another; the last is held to the end."),
  }),
  z.strictObject({
    spike: z.strictObject({
      base: rate.describe("Rate before and after."),
      peak: rate.describe("Rate in the spike."),
      at: duration.describe("When it begins, from the start of the measured part."),
      for: positiveDuration.describe("How long it lasts."),
    }),
  }),
  z.strictObject({
    daily: z.strictObject({
      low: rate.describe("Rate at night."),
      high: rate.describe("Rate at the height of the day."),
      period: positiveDuration
        .prefault("24h")
        .describe("Length of a day; shorten it to run a day in minutes."),
    }),
  }),
]);

export const workloadSection = z
  .strictObject({
    ratePerSecond: z
      .union([positiveRate, rateShape])
      .optional()
      .describe(
        "Open load: requests offered per second, whatever the service answers. A rate, or a shape over time: `ramp`, `steps`, `spike`, `daily`.",
      ),
    thinkTime: positiveDuration
      .optional()
      .describe(
        "Closed load: each of the `users` waits for its answer, then pauses this long (on average, with `arrivals: poisson`).",
      ),
    requestsPerUserPerDay: amount
      .optional()
      .describe("Open load from habits: users × this, spread over a day."),
    peakFactor: amount
      .prefault(1)
      .describe(
        "With requestsPerUserPerDay: how many times the average the busiest time is. A run offers the peak.",
      ),
    arrivals: z
      .union([
        z.enum(["poisson", "constant"]),
        z.strictObject({
          trace: z
            .string()
            .min(1)
            .describe("CSV or NDJSON file of times, optionally with method and path, beside the scenario."),
          speed: amount.prefault(1).describe("2 replays it twice as fast."),
        }),
      ])
      .prefault("poisson")
      .describe(
        "`poisson`: independent random gaps, as many separate people make. `constant`: even gaps. Or the replay of a trace.",
      ),
    requests: z.array(request).min(1).max(1000).prefault([{}]).describe("The mix of requests."),
    timeout: positiveDuration
      .prefault("10s")
      .describe("A request that takes longer is counted as timed out, at its age."),
    maxConnections: positiveCount
      .optional()
      .describe(
        "Most connections that the load opens to the splitter; 1,000 for open loads, one per user for closed ones.",
      ),
    maxQueueAge: positiveDuration
      .prefault("10s")
      .describe("A due request that found no connection for this long is counted as not sent."),
    retries: retrySection.optional(),
  })
  .describe("Who asks, how often, and for what.");

export type RateShape = z.output<typeof rateShape>;
