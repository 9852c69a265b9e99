import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { QuietWork } from "../../src/splitter/quiet-work.ts";

/** Jobs that count how many are done, and a user who is busy for as many turns as asked. */
function rig(maxHeldBack: number) {
  const state = { done: 0, steps: 0 };
  const work = new QuietWork(maxHeldBack, () => state.steps);
  const add = (jobs: number) => {
    for (let index = 0; index < jobs; index++) work.add(() => state.done++);
  };
  const busyTurns = async (turns: number) => {
    for (let turn = 0; turn < turns; turn++) {
      state.steps++;
      await nextTurn();
    }
  };
  const quietTurns = async (turns: number) => {
    const perTurn: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const before = state.done;
      await nextTurn();
      perTurn.push(state.done - before);
    }
    return perTurn;
  };
  return { state, add, busyTurns, quietTurns };
}

test("jobs are done in the first turn without a user's request, none at once", async () => {
  const { state, add, quietTurns } = rig(10);
  add(3);
  expect(state.done).toBe(0);
  await quietTurns(2);
  expect(state.done).toBe(3);
});

test("jobs wait while users' requests keep coming", async () => {
  const { state, add, busyTurns, quietTurns } = rig(10);
  add(10);
  await busyTurns(50);
  expect(state.done).toBe(0);
  await quietTurns(5);
  expect(state.done).toBe(10);
});

test("jobs beyond those that may be held back are done among users' requests", async () => {
  const { state, add, busyTurns } = rig(10);
  add(40);
  await busyTurns(50);
  expect(state.done).toBe(32); // two turns of 16, and the 8 that are left may wait
});

test("a quiet turn takes no more than 4", async () => {
  const { state, add, quietTurns } = rig(100);
  add(50);
  const perTurn = await quietTurns(20);
  expect(state.done).toBe(50);
  expect(Math.max(...perTurn)).toBe(4);
});
