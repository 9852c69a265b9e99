import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MessageLine } from "../../mock-services/queue/message-line.ts";
import { firstReport, startProcess } from "../../src/measure/child-process.ts";
import type { FromQueue, ToQueue } from "../../src/measure/mock-messages.ts";
import type { QueuePlan } from "../../src/scenario/queue-plan.ts";
import { ask, startMock, stop, until } from "./running-mock.ts";

function lineOf(maxWaiting = 100) {
  const handed: string[] = [];
  let nowMs = 0;
  const line = new MessageLine<string>({
    maxWaiting,
    clock: { nowMs: () => nowMs },
    handOver: (consumer) => handed.push(consumer),
  });
  return {
    line,
    handed,
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
}

function times(count: number, act: () => void): void {
  for (let done = 0; done < count; done++) act();
}

describe("a line of messages", () => {
  test("serves free hands in turn", () => {
    const { line, handed } = lineOf();
    for (const consumer of ["a", "b", "a"]) line.ready(consumer);
    times(3, () => line.put());
    expect(handed).toEqual(["a", "b", "a"]);
  });

  test("keeps messages until a hand is free, and tells how long they waited", () => {
    const { line, handed, wait } = lineOf();
    line.put();
    wait(30);
    line.put();
    wait(20);
    line.ready("a");
    expect(line.counts).toMatchObject({ handedOver: 1, waiting: 1, longestWaitMs: 50, totalWaitMs: 50 });
    line.ready("a");
    expect(line.counts).toMatchObject({ handedOver: 2, waiting: 0, longestWaitMs: 50, totalWaitMs: 70 });
    expect(handed).toEqual(["a", "a"]);
  });

  test("refuses what it has no room for", () => {
    const { line } = lineOf(2);
    times(5, () => line.put());
    expect(line.counts).toMatchObject({ put: 2, refused: 3, waiting: 2 });
  });

  test("puts back what somebody worked on who is gone, for the others", () => {
    const { line, handed } = lineOf();
    times(2, () => line.ready("a"));
    times(3, () => line.put());
    line.gone("a");
    expect(line.counts).toMatchObject({ returned: 2, waiting: 3 });
    times(3, () => line.ready("b"));
    expect(handed).toEqual(["a", "a", "b", "b", "b"]);
  });

  test("loses none, whatever happens", () => {
    const step = fc.oneof(
      fc.constant({ what: "put" as const, who: "" }),
      fc.record({ what: fc.constantFrom("ready" as const, "gone" as const), who: fc.constantFrom("a", "b") }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { line, handed } = lineOf(1000);
        for (const { what, who } of steps) {
          if (what === "put") line.put();
          else line[what](who);
        }
        const { put, handedOver, returned, waiting } = line.counts;
        expect(put + returned).toBe(handedOver + waiting);
        expect(handed).toHaveLength(handedOver);
      }),
    );
  });
});

const plan: QueuePlan = { messageShare: 1, workMs: 1, consumers: 2, maxWaiting: 1000 };

async function startQueue() {
  const entry = "mock-services/queue/main";
  const child = startProcess<ToQueue, FromQueue>({ name: "queue", role: "store", entry });
  child.send({ type: "start", maxWaiting: 1000, listen: { host: "127.0.0.1", port: 0 } });
  const { port } = await firstReport(child, "listening", 10_000);
  return { child, address: { host: "127.0.0.1", port } };
}

test("mocks of both versions take messages in turn, whoever was asked", async () => {
  const { child, address } = await startQueue();
  const both = await Promise.all([
    startMock({}, { queue: plan, version: "old" }),
    startMock({}, { queue: plan, version: "new" }),
  ]);
  for (const { process } of both) process.send({ type: "use-queue", address });
  const [asked] = both;
  const messagesOf = ({ messages }: (typeof both)[number]) =>
    messages.filter((message) => message.type === "stats").at(-1)?.messages;
  // Both must have come before the first message, or one of them takes what there is.
  await until(() => both.every((mock) => messagesOf(mock) !== undefined));
  for (let count = 0; count < 40; count++) await ask(asked.port);
  const consumed = () => both.map((mock) => messagesOf(mock)?.consumed ?? 0);
  await until(() => consumed().reduce((sum, count) => sum + count, 0) === 40);
  expect(both.map((mock) => messagesOf(mock)?.published)).toEqual([40, 0]);
  expect(Math.min(...consumed())).toBeGreaterThan(10);
  await ask(asked.port, { headers: { "x-twinlane-mirror": "1" } });
  await Promise.all(both.map(({ process }) => stop(process)));
  expect(both.map((mock) => messagesOf(mock)?.published)).toEqual([40, 0]);
  await stop(child);
});

test("what can't be put anywhere is lost, and counted", async () => {
  const mock = await startMock({}, { queue: plan });
  await ask(mock.port);
  await stop(mock.process);
  const stats = mock.messages.filter((message) => message.type === "stats").at(-1);
  expect(stats?.messages).toEqual({ published: 0, lost: 1, consumed: 0 });
});
