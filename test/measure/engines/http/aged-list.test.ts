import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../../../src/base/clock.ts";
import { AgedList } from "../../../../src/measure/engines/http/aged-list.ts";
import { Exchange } from "../../../../src/measure/engines/http/exchange.ts";

const exchange = (ordinal: number) =>
  new Exchange(
    {
      ordinal,
      endpoint: 0,
      text: "",
      isHead: false,
      identity: { user: 0, key: "0", flags: [] },
      planned: "old",
    },
    0,
    0,
  );

test("whatever is added and removed, the list holds the rest in their order", () => {
  const steps = fc.array(fc.oneof(fc.constant("add"), fc.constant("take"), fc.nat({ max: 30 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (script) => {
      const list = new AgedList<Exchange>(systemClock, 60_000, () => undefined);
      let model: Exchange[] = [];
      let made = 0;
      for (const step of script) {
        if (step === "add") {
          const added = exchange(made++);
          list.add(added, 0);
          model.push(added);
        } else if (step === "take") {
          expect(list.takeFirst()).toBe(model.shift());
        } else {
          const removed = model[Number(step)];
          if (removed === undefined) continue;
          list.remove(removed);
          list.remove(removed);
          model = model.filter((kept) => kept !== removed);
        }
        expect(list.length).toBe(model.length);
        expect(list.first).toBe(model[0]);
      }
      list.close();
      for (const kept of model) expect(list.takeFirst()).toBe(kept);
    }),
  );
});

test("what grows too old is given up, oldest first, and nothing before its age", async () => {
  const given: { readonly ordinal: number; readonly ageMs: number }[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const list = new AgedList<Exchange>(systemClock, 40, ({ request, seenMs }, nowMs) => {
    given.push({ ordinal: request.ordinal, ageMs: nowMs - seenMs });
    if (given.length === 3) resolve();
  });
  for (let ordinal = 0; ordinal < 4; ordinal++) {
    const added = exchange(ordinal);
    added.seenMs = systemClock.nowMs();
    list.add(added, added.seenMs);
    if (ordinal === 1) list.remove(added);
  }
  await promise;
  expect(given.map(({ ordinal }) => ordinal)).toEqual([0, 2, 3]);
  for (const { ageMs } of given) expect(ageMs).toBeGreaterThanOrEqual(40);
});
