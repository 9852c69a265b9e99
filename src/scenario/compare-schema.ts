import { z } from "zod";
import { headerNamePattern } from "../base/header-text.ts";
import { parseJsonPath } from "./json-path.ts";
import { positiveCount, positiveDuration, share, size } from "./units.ts";

/** The section of a scenario that says how the answers of old and new are compared. */

/** Said of whatever is no JSON path. */
export const jsonPathExpected = "must be a JSON path such as $.timestamp, $.items[*].id or $..etag";

const jsonPath = z
  .string()
  .refine((text) => parseJsonPath(text) !== undefined, { error: jsonPathExpected })
  .meta({ unit: "JSON path" });

const paths = z.array(jsonPath).max(200).prefault([]);

/** RFC 9110 section 9.2.1. */
export const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

export const compareSection = z
  .strictObject({
    share: share.prefault("100%").describe("Share of the requests that both versions are asked."),
    methods: z
      .array(z.string())
      .min(1)
      .prefault(["GET", "HEAD"])
      .describe("Methods that are compared; those that write need `writes` as well."),
    writes: z
      .enum(["never", "idempotency-key", "dry-run"])
      .prefault("never")
      .describe(
        "How a write reaches the other version without being done twice. `idempotency-key`: original and copy carry the same Idempotency-Key. `dry-run`: the copy carries X-Twinlane-Dry-Run. The services must honour it.",
      ),
    deadline: positiveDuration.prefault("2s").describe("A copy that takes longer is given up."),
    maxInFlight: positiveCount
      .prefault(128)
      .describe("Requests compared at once; more are not compared, and counted."),
    maxBody: size
      .prefault("256KiB")
      .describe("Requests and answers with a larger body are not compared, and counted."),
    ignore: paths.describe("JSON paths not compared, with all that lies beneath them."),
    unordered: paths.describe("JSON paths of arrays whose order doesn't matter."),
    tolerance: z
      .record(z.string(), share)
      .prefault({})
      .describe("Allowed relative difference of numbers, by JSON path."),
    headers: z
      .array(z.string().regex(headerNamePattern, "is not a header name"))
      .max(50)
      .prefault(["content-type"])
      .describe("Headers that are compared beside status and body."),
    noise: z
      .enum(["none", "old-twice"])
      .prefault("none")
      .describe("`old-twice`: ask old twice and subtract how it differs from itself."),
    relativeThreshold: share
      .prefault("20%")
      .describe("A field counts when it differs this much more often than noise, relative to both together."),
    absoluteThreshold: share
      .prefault("0.03%")
      .describe("And when it differs in this share of all compared answers more than noise."),
    maxMismatch: share.optional().describe("Share of differing answers above which the run fails."),
    webhook: z
      .url({ protocol: /^http$/, error: "must be a URL that starts with http://" })
      .optional()
      .describe("Where the alert is posted to when the mismatch rises above its limit; JSON."),
  })
  .describe("Compare what old and new answer.");

export type CompareSection = z.output<typeof compareSection>;
