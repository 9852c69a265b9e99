import fc from "fast-check";
import { expect, test } from "vitest";
import { CallBudget } from "../../src/splitter/call-budget.ts";

test("never lets more through than one burst and what the time has earned", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.nat(500)), (perSecond, gapsMs) => {
      const budget = new CallBudget(perSecond, 0);
      let nowMs = 0;
      let through = 0;
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        if (budget.take(nowMs)) through++;
        expect(through).toBeLessThanOrEqual(perSecond + (nowMs / 1000) * perSecond + 1e-6);
      }
    }),
  );
});

test("lets a steady stream below its rate through whole", () => {
  const budget = new CallBudget(10, 0);
  for (let call = 1; call <= 1000; call++) expect(budget.take(call * 100)).toBe(true);
});
