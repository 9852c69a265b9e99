import { randomStream } from "../../src/base/random.ts";
import type { Version } from "../../src/base/version.ts";
import type { RealDatabasePlan } from "../../src/scenario/stores-plan.ts";
import type { Write } from "./content.ts";
import type { WriteClock } from "./write-clock.ts";

/** What a write is made from. */
export type WriteRequest = { readonly id: string; readonly key: number };

type Writer = {
  readonly plan: RealDatabasePlan;
  readonly version: Version;
  readonly seed: number;
  readonly replica: number;
  readonly clock: WriteClock;
};

const largestTransferCents = 10_000;

/** Makes a request's write: an item with a new value, or a transfer from its account to another, drawn at random. */
export function writeMaker({
  plan,
  version,
  seed,
  replica,
  clock,
}: Writer): (request: WriteRequest) => Write {
  const draw = randomStream(seed, `writes/${version}`, replica);
  if (plan.content === "items") {
    return ({ id, key }) => ({
      kind: "item",
      id: key,
      value: `${version} ${id}`,
      note: version === "new" ? "written by new" : undefined,
      by: version,
      atUs: clock.nowUs(),
    });
  }
  return ({ id, key }) => ({
    kind: "booking",
    id,
    debit: key,
    credit: 1 + ((key - 1 + Math.ceil(draw() * (plan.rows - 1))) % plan.rows),
    cents: Math.ceil(draw() * largestTransferCents),
    channel: version === "new" ? "web" : undefined,
    by: version,
    atUs: clock.nowUs(),
  });
}
