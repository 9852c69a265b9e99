import { expect, test } from "vitest";
import type { PerVersion } from "../../src/base/version.ts";
import { LiveSplitAudit } from "../../src/measure/live-split-audit.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import type { FlaggedShares } from "../../src/scenario/plan.ts";
import { planScenario } from "../../src/scenario/plan.ts";
import type { SplitterStats } from "../../src/splitter/messages.ts";

type Second = {
  readonly old: number;
  readonly new: number;
  readonly share?: number;
  readonly flagged?: FlaggedShares;
  /** Of the requests, those that a flag decided. */
  readonly byFlag?: PerVersion<number>;
};

/** Plays seconds to the audit and gives what it told. */
function told(split: string, seconds: readonly Second[], retries = ""): readonly string[] {
  const workload = `{ ratePerSecond: 1${retries} }`;
  const text = `{ name: audit, users: 100000, workload: ${workload}, split: ${split} }`;
  const parsed = parseScenario(text, { file: "audit.yaml" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plan = planScenario(parsed.scenario);
  const messages: string[] = [];
  let flaggedNow = seconds[0]?.flagged;
  const audit = new LiveSplitAudit(plan, {
    tell: (_version, message) => messages.push(message),
    flagged: () => flaggedNow,
  });
  for (const { old, new: fresh, share, flagged, byFlag = { old: 0, new: 0 } } of seconds) {
    flaggedNow = flagged;
    const newPerMillion = share === undefined ? plan.split.newPerMillion : Math.round(share * 1e6);
    audit.take({
      split: { newPerMillion, byFlag, byShare: { old: old - byFlag.old, new: fresh - byFlag.new } },
      versions: { old: { received: old }, new: { received: fresh } },
    } as SplitterStats);
  }
  return messages;
}

const nothing: Second = { old: 2000, new: 0 };
const flagged = { toNew: 0.1, toOld: 0 };
const provided = "{ new: 0%, by: request, provider: { file: f.json } }";
const ruled =
  "{ new: 0%, by: request, provider: { file: f.json }, rules: [{ path: { exact: /a }, to: old }] }";
const rows: readonly (readonly [string, string, readonly Second[], readonly string[]])[] = [
  [
    "nothing reaches new",
    "{ new: 10%, by: request }",
    [nothing, nothing],
    ["new: 0 of 2,000, expected 200 (10 %)"],
  ],
  ["too few to tell yet", "{ new: 10%, by: request }", [{ old: 40, new: 0 }], []],
  [
    "told as soon as it is certain",
    "{ new: 10%, by: request }",
    [
      { old: 60, new: 0 },
      { old: 60, new: 0 },
    ],
    ["new: 0 of 120, expected 12 (10 %)"],
  ],
  ["one request is not none", "{ new: 10%, by: request }", [{ old: 3999, new: 1 }], []],
  ["nothing is asked for", "{ new: 0%, by: request }", [nothing], []],
  [
    "nothing reaches old",
    "{ new: 50%, by: request }",
    [{ old: 0, new: 1000 }],
    ["old: 0 of 1,000, expected 500 (50 %)"],
  ],
  [
    "after a change of the share",
    "{ new: 0%, by: request }",
    [nothing, { ...nothing, share: 0.1 }, { ...nothing, share: 0.1 }],
    ["new: 0 of 2,000, expected 200 (10 %)"],
  ],
  [
    "flags count as what they are declared to be",
    "{ new: 0%, by: request, flags: [{ header: x-b, equals: '1', to: new, share: 5% }] }",
    [nothing],
    ["new: 0 of 2,000, expected 100 (5 %)"],
  ],
  [
    "a provider's flag counts as whom it takes",
    provided,
    [
      { ...nothing, flagged },
      { ...nothing, flagged },
    ],
    ["new: 0 of 2,000, expected 200 (10 %)"],
  ],
  ["where the flags have not been read, the share alone is watched", provided, [nothing], []],
  [
    "after a change of the flags, without the second in which they changed",
    provided,
    [
      { ...nothing, flagged: { toNew: 0, toOld: 0 } },
      { ...nothing, flagged },
      { old: 1000, new: 0, flagged },
    ],
    ["new: 0 of 1,000, expected 100 (10 %)"],
  ],
  [
    "of what rules leave, flags are watched too",
    ruled,
    [{ ...nothing, flagged, byFlag: { old: 0, new: 0 } }],
    ["new: 0 of 2,000, expected 200 (10 %)"],
  ],
  [
    "what a flag has sent to new has arrived",
    ruled,
    [{ old: 1800, new: 200, flagged, byFlag: { old: 0, new: 200 } }],
    [],
  ],
];
test.each(rows)("%s", (_name, split, seconds, expected) => {
  expect(told(split, seconds)).toEqual(expected);
});

test.each<[attempts: number, expected: readonly string[]]>([
  // As few as 30 requests, of which 10 % is too few to tell.
  [120, []],
  [2000, ["new: 0 of 500, expected 50 (10 %)"]],
])(
  "%d attempts of clients that ask again up to three times may be a quarter as many requests",
  (attempts, expected) => {
    const seconds = [{ old: attempts, new: 0 }];
    expect(told("{ new: 10%, by: request }", seconds, ", retries: { times: 3 }")).toEqual(expected);
  },
);
