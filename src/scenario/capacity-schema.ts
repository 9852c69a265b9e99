import { z } from "zod";
import { amount, count, positiveCount, positiveDuration, positiveRate, share, size } from "./units.ts";

/**
 * The sections of a scenario that only the capacity model reads: what one machine of each kind carries, the
 * user counts to size for, the steps out of a monolith, and how sure the inputs are.
 */

const price = z
  .union([
    z.string().regex(/^\d+(\.\d+)?(\s*\/\s*h)?$/, "must be a price per hour such as 0.10/h"),
    z.number().min(0, "must not be negative"),
  ])
  .transform((written) => (typeof written === "number" ? written : Number.parseFloat(written)))
  .meta({ unit: "price per hour" });

const prices = z
  .strictObject({
    server: price.optional().describe("Price of a server."),
    gateway: price.optional().describe("Price of a gateway; that of a server by default."),
    database: price.optional().describe("Price of a database node; that of a server by default."),
    cache: price.optional().describe("Price of a cache node; that of a server by default."),
    trafficPerGB: amount.prefault(0).describe("Price of a gigabyte sent to users."),
  })
  .prefault({})
  .describe("Prices, in any one currency. Without a server's price no cost is shown.");

const gateway = z
  .strictObject({
    ratePerServer: positiveRate
      .prefault("20_000/s")
      .describe("Requests per second that one gateway forwards."),
    connectionsPerServer: positiveCount.prefault(50_000).describe("User connections that one gateway holds."),
  })
  .prefault({})
  .describe("The machines that split the traffic.");

const databaseCapacity = z
  .strictObject({
    replicas: count
      .prefault(0)
      .describe(
        "Read replicas that exist already, of each primary; a modelled database with a limit has them too.",
      ),
    maxReplicas: positiveCount
      .prefault(15)
      .describe("Most replicas of one primary; beyond them the data is sharded."),
    poolPerServer: positiveCount.prefault(10).describe("Database connections that each server keeps open."),
    maxConnections: positiveCount
      .optional()
      .describe("Connections that the database accepts; the pools of both versions count against it."),
    bytesPerWrite: size.prefault("1KB").describe("Storage that one write adds."),
    storageLimit: size.optional().describe("Storage that a shard has, for a year of writes."),
  })
  .prefault({})
  .describe("Limits of the database beyond its queries per second.");

const telemetryCapacity = z
  .strictObject({
    logBytesPerRequest: size
      .prefault("500B")
      .describe("Log written for each request that a version answers."),
    logShare: share.prefault("100%").describe("Share of requests whose log is kept."),
    seriesPerServer: count.prefault(500).describe("Time series that each server exports."),
    bytesPerSample: size.prefault("2B").describe("Storage of one sample of a series."),
    scrapeInterval: positiveDuration.prefault("15s").describe("Time between two samples."),
    bytesPerDayLimit: size.optional().describe("Logs and metrics that the monitoring takes in per day."),
  })
  .prefault({})
  .describe("What logs and metrics weigh.");

const cacheCapacity = z
  .strictObject({
    topology: z
      .enum(["shared", "separate"])
      .prefault("shared")
      .describe("One cache for both versions, or one each, which is empty when new starts."),
    items: positiveCount
      .optional()
      .describe("Things that are asked for. With itemsHeld, the hit ratio follows from them."),
    itemsHeld: positiveCount.optional().describe("Things that the cache holds; the least recently used go."),
    zipf: amount
      .prefault(1)
      .describe("Popularity falls as rank to the power of −this; 0: all are asked for alike."),
  })
  .refine(({ items, itemsHeld }) => (items === undefined) === (itemsHeld === undefined), {
    error: "items and itemsHeld go together: the hit ratio follows from both",
  })
  .prefault({})
  .describe("What the cache holds. A time to live stands in `stores.cache.ttl`.");

export const capacitySection = z
  .strictObject({
    connectionsPerServer: positiveCount.prefault(3000).describe("User connections that one server holds."),
    connectedShare: share
      .prefault("100%")
      .describe("Share of the users that are connected at the busiest time."),
    bytesPerRequest: size.prefault("100KB").describe("Request and response together, on the wire."),
    utilisationCap: share
      .refine((value) => value > 0, { error: "must be above 0" })
      .prefault("70%")
      .describe("Highest planned utilisation of a server, its spares lost."),
    spareServers: count.prefault(1).describe("Servers that may be lost without leaving the plan."),
    zones: positiveCount
      .prefault(1)
      .describe("Zones the servers are spread over; with two or more, the loss of one must be survived."),
    forecastError: share.prefault("0%").describe("How far the real load may lie above the forecast."),
    keepRollback: z
      .boolean()
      .prefault(true)
      .describe("Each version can carry everybody alone, so that the traffic can go back at any moment."),
    loadBalancing: z
      .enum(["pooled", "random", "roundRobin", "leastConnections", "powerOfTwo"])
      .prefault("leastConnections")
      .describe("How requests find a server; it changes the answer more than anything else."),
    slotsPerServer: positiveCount
      .optional()
      .describe("Requests that one server works on at once; the mock's concurrency by default."),
    serviceTime: positiveDuration
      .optional()
      .describe("Mean service time of a version given by its url, taken as exponential."),
    coresPerServer: positiveCount.prefault(1).describe("Cores of a server, for the mock's cpuPerRequest."),
    networkPerServer: size
      .refine((value) => value > 0, { error: "must be above 0" })
      .prefault("1.25GB")
      .describe("Bytes per second through the network card of a server; 1.25GB is 10 Gbit/s."),
    memoryPerServer: size.optional().describe("Memory of a server that connections may take."),
    memoryPerConnection: size.prefault("50KB").describe("Memory of one connection."),
    gateway,
    retries: count
      .refine((value) => value <= 100, { error: "must be at most 100" })
      .prefault(0)
      .describe(
        "Times that a client asks again when an attempt fails or times out; for the model only, which takes `workload.retries.times` where that is given.",
      ),
    cache: cacheCapacity,
    cacheRatePerNode: positiveRate.prefault("100_000/s").describe("Look-ups per second of one cache node."),
    database: databaseCapacity,
    telemetry: telemetryCapacity,
    price: prices,
  })
  .describe("What one server can carry, and how safely it is planned.");

const uncertainValue = z.union([z.string(), z.number()]);

export const growthSection = z
  .strictObject({
    users: z
      .array(positiveCount)
      .min(1)
      .max(1000)
      .prefault([100, 10_000, 1_000_000, 100_000_000])
      .describe("User counts to size for."),
    uncertain: z
      .record(
        z.string().min(1),
        z.strictObject({
          low: uncertainValue.describe("The lowest value that may come."),
          likely: uncertainValue.optional().describe("The likeliest value; the scenario's by default."),
          high: uncertainValue.describe("The highest value that may come."),
        }),
      )
      .prefault({})
      .describe(
        "Inputs that are not known exactly, by their path, for example `workload.peakFactor`: every figure then carries limits.",
      ),
  })
  .describe("The user counts of the growth table.");

const migratedService = z.strictObject({
  name: z.string().min(1).max(80).describe("Name of the service moved out of the monolith in this step."),
  trafficShare: share.describe("Share of requests that this service takes over."),
  callsPerRequest: amount
    .prefault(1)
    .describe("Calls to other services, the monolith among them, for each request it answers."),
  ownDatabase: z.boolean().prefault(false).describe("Whether its data moves to a database of its own."),
});

export const migrationSection = z
  .strictObject({
    services: z
      .array(migratedService)
      .min(1)
      .max(100)
      .describe("The services, in the order in which they are moved."),
    callTime: positiveDuration
      .prefault("1ms")
      .describe("Time that one call between services adds: network, encoding, connection."),
    bytesPerCall: size.prefault("2KB").describe("Request and response of one such call."),
    cacheableShare: share
      .prefault("0%")
      .describe("Share of requests that a CDN could answer, such as pictures and public pages."),
  })
  .describe("Services moved one after another out of a monolith.");
