import { z } from "zod";
import { positiveCount, share } from "./units.ts";

/** The section of a mock that says which fields its answers have beside their own. */

const noisyField = z.union(
  [
    z.literal("timestamp"),
    z.literal("uuid"),
    z.strictObject({
      shuffled: positiveCount
        .refine((value) => value <= 1000, { error: "must be at most 1000" })
        .describe("The whole numbers from 1 to this one, in another order each time."),
    }),
    z.strictObject({
      number: z.number().describe("The number."),
      jitter: share.prefault(0).describe("How far from it a single answer may be, evenly to both sides."),
    }),
  ],
  { error: "expected timestamp, uuid, { shuffled: 5 } or { number: 10, jitter: 1% }" },
);

/** What every answer of a mock says of itself. */
const ownFields: ReadonlySet<string> = new Set(["version", "path", "item", "padding"]);

export const answerSection = z
  .strictObject({
    fields: z
      .record(
        z
          .string()
          .regex(
            /^[A-Za-z_][A-Za-z0-9_]{0,39}$/,
            "must be a name of up to 40 letters, digits and underscores",
          )
          .refine((name) => !ownFields.has(name), {
            error: "is a field that every answer has; take another",
          }),
        noisyField,
      )
      .refine((fields) => Object.keys(fields).length <= 20, { error: "must be at most 20 fields" })
      .describe(
        "Fields by name. `timestamp`: when it was answered. `uuid`: another one each time. `{ shuffled: 5 }`: the numbers from 1 to 5 in another order each time. `{ number: 10, jitter: 1% }`: a number that varies, or with no jitter stays.",
      ),
  })
  .describe(
    "Fields of the answer that differ from answer to answer although nothing is wrong, to try what comparing makes of noise. An answer that `responseSize` has no room for is longer.",
  );

export type AnswerSection = z.output<typeof answerSection>;
