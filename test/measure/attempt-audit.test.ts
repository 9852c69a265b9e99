import { expect, test } from "vitest";
import { AttemptAudit } from "../../src/measure/attempt-audit.ts";
import { planRetries } from "../../src/scenario/retry-plan.ts";
import { retrySection } from "../../src/scenario/retry-schema.ts";
import type { SplitterStats } from "../../src/splitter/messages.ts";

const retries = planRetries(retrySection.parse({}));

/** Two seconds in which the drivers sent so many, and the splitter received so many for old and for new. */
function sentenceOf(sent: number, received: number, refused = 0): string | undefined {
  const audit = new AttemptAudit({ retries });
  for (const half of [Math.floor(sent / 2), Math.ceil(sent / 2)]) audit.sent(half);
  const stats = (old: number, fresh: number, more: number) =>
    ({ versions: { old: { received: old }, new: { received: fresh } }, refused: more }) as SplitterStats;
  audit.take(stats(received - 30, 0, 0));
  audit.take(stats(0, 30, refused));
  return audit.sentence();
}

test.each([
  [1300, 1300, 0, "drivers sent 1,300 attempts, the splitter received 1,300 (old 1,270, new 30): every one"],
  [
    1300,
    1290,
    5,
    "drivers sent 1,300 attempts, the splitter received 1,295 (old 1,260, new 30): 5 were lost on connections that broke",
  ],
  [
    1300,
    1301,
    0,
    "drivers sent 1,300 attempts, the splitter received 1,301 (old 1,271, new 30): 1 more than were sent",
  ],
])("%d attempts sent, %d received and %d refused", (sent, received, refused, expected) => {
  expect(sentenceOf(sent, received, refused)).toBe(expected);
});

test("nothing is told where clients ask once", () => {
  const audit = new AttemptAudit({});
  audit.sent(5);
  expect(audit.sentence()).toBeUndefined();
});
