import { z } from "zod";
import { headerNamePattern } from "../base/header-text.ts";
import { mock } from "./service-schema.ts";
import { positiveCount, positiveDuration, share } from "./units.ts";

/** The section of a scenario that puts a second service behind the first, itself old and new. */

export const secondServiceSection = z
  .strictObject({
    mock: mock.prefault({}),
    new: share.optional().describe("Share of its own new version; what `split.new` says by default."),
    passOn: z
      .array(z.string().regex(headerNamePattern, "is not a header name"))
      .max(20)
      .prefault([])
      .describe(
        "Headers of its request that the first service sends on with its call, such as the user's key. Without them the second knows neither user nor flag and deals each call anew.",
      ),
    deadline: positiveDuration.prefault("1s").describe("A call that takes longer has failed."),
    maxInFlight: positiveCount
      .prefault(64)
      .describe("Calls that each process of the first has under way at most; one more fails at once."),
  })
  .describe(
    "A second service that every request of the mocks calls once, in two versions behind a splitter of its own, which splits by the same rules. The result counts which version called which.",
  );

export type SecondServiceSection = z.output<typeof secondServiceSection>;
