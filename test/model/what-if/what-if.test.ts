import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/base/errors.ts";
import { answerCsv, answerText, askWhatIf, type Question } from "../../../src/model/what-if/ask.ts";
import { parseAxis } from "../../../src/model/what-if/axis.ts";
import { numberAt, scenarioWith, withNumber } from "../../../src/model/what-if/scenario-path.ts";

const file = "growth-parallel-running.yaml";
const text = readFileSync(new URL(`../../../scenarios/${file}`, import.meta.url), "utf8");
const source = { text, file, overrides: [] };
const scenario = scenarioWith(source, "run.seed=42");

const nothing: Question = {
  vary: [],
  show: ["servers,cost,firstBottleneck"],
  tornado: false,
  largest: undefined,
  smallest: undefined,
  where: undefined,
  goal: undefined,
};

const ask = (question: Partial<Question>) => askWhatIf({ scenario }, source, { ...nothing, ...question });

describe("an axis", () => {
  const check = (axis: string, expected: readonly number[]) =>
    expect(parseAxis(axis, source).values).toEqual(expected);

  test("is a list, a range, or a range of ratios, in the units of its place", () => {
    check("users=1e2..1e8:log:4", [100, 10_000, 1_000_000, 100_000_000]);
    check("split.new=0..100%:3", [0, 0.5, 1]);
    check("workload.peakFactor=2,5,10", [2, 5, 10]);
    check("services.old.mock.serviceTime.lognormal.mean=40..60ms:3", [40, 50, 60]);
    check("capacity.price.server=0.05..0.15/h:3", [0.05, 0.1, 0.15]);
    check("capacity.bytesPerRequest=1KB,1MB", [1000, 1_000_000]);
  });

  test.each([
    ["users", /must be path=low\.\.high/],
    ["users=10..5", /low end must lie below/],
    ["users=-5..5", /must not be negative/],
    ["split.new=0..200%", /must be at most 100 %/],
    ["split.by=user,request", /there is no number/],
    ["usres=1..10", /^--vary usres=1\.\.10 usres: unknown key; did you mean `users`/],
    ["split.new=0..100%:log", /starts above 0/],
  ])("that makes no sense is refused: %s", (axis, message) => {
    expect(() => parseAxis(axis, source)).toThrow(UserError);
    expect(() => parseAxis(axis, source)).toThrow(message);
  });
});

describe("a number of a scenario", () => {
  test("is replaced without touching the original", () => {
    const varied = withNumber(scenario, "rollout.steps.1.new", 0.2);
    expect(numberAt(varied, "rollout.steps.1.new")).toBe(0.2);
    expect(numberAt(scenario, "rollout.steps.1.new")).toBe(0.1);
  });
});

describe("a grid", () => {
  test("has a row for each combination, the last axis turning fastest", () => {
    const answer = ask({ vary: ["users=1e4,1e6,1e8", "split.new=0,100%"] });
    if (answer.kind !== "grid") throw new Error(answer.kind);
    expect(answer.sweep.rows.map(({ at, values }) => [...at, values[0]])).toEqual([
      [1e4, 0, 7],
      [1e4, 1, 7],
      [1e6, 0, 667],
      [1e6, 1, 667],
      [1e8, 0, 66_667],
      [1e8, 1, 66_667],
    ]);
  });

  test("reads as a table and as CSV", () => {
    const answer = ask({ vary: ["users=1e4,1e6"], show: ["servers,cost,binding"] });
    expect(answerText(answer)).toContain("1,000,000      667  69.3  connections");
    expect(answerCsv(answer)).toBe(
      "users,servers,cost,binding,impossible\r\n10000,7,1.4,connections,\r\n1000000,667,69.3,connections,\r\n",
    );
  });

  test("tells the impossible from the large", () => {
    const answer = ask({ vary: ["slo.responseTimeP99=150,400ms"] });
    if (answer.kind !== "grid") throw new Error(answer.kind);
    const [tight, loose] = answer.sweep.rows;
    expect(tight?.impossible).toMatch(/no number of servers is enough/);
    expect(loose?.impossible).toBeUndefined();
    expect(answerText(answer)).toContain("impossible");
  });

  test("moves a ramp's first step with split.new, which says the same", () => {
    const shares = ["keepRollback=false", "connectionsPerServer=1_000_000"].map((each) => `capacity.${each}`);
    const shared = { ...source, overrides: [...shares, "users=100_000_000"] };
    const varied = askWhatIf({ scenario: scenarioWith(shared, "run.seed=42") }, shared, {
      ...nothing,
      show: ["new"],
      vary: ["split.new=10,90%"],
    });
    if (varied.kind !== "grid") throw new Error(varied.kind);
    const [few = 0, many = 0] = varied.sweep.rows.map(({ values }) => Number(values[0]));
    expect(many).toBeGreaterThan(5 * few);
    expect(varied.sweep.notes).toEqual([]);
  });

  test("says which axis changes nothing, and why", () => {
    const text = answerText(ask({ vary: ["users=1e4,1e6", "split.new=0,100%"] }));
    expect(text).toContain(
      "split.new changes none of these figures: each version is planned for everybody, so that a rollback is possible",
    );
    expect(text).not.toContain("users changes none");
  });

  test("of more than a million points is refused", () => {
    expect(() => ask({ vary: ["users=1..1e6:2000", "split.new=0..1:2000"] })).toThrow(/4000000 points/);
  });
});

describe("a tornado", () => {
  test("puts the input with the widest swing first", () => {
    const answer = ask({
      tornado: true,
      show: ["servers"],
      vary: ["workload.peakFactor=1..20", "capacity.connectionsPerServer=1000..10000"],
    });
    if (answer.kind !== "tornado") throw new Error(answer.kind);
    expect(answer.bars.map(({ path, swing }) => [path, swing])).toEqual([
      ["capacity.connectionsPerServer", 1800],
      ["workload.peakFactor", 0],
    ]);
  });
});

describe("a goal", () => {
  test("finds the largest number of users with at most 50 servers", () => {
    expect(ask({ largest: "users", where: "servers<=50" })).toMatchObject({
      answer: { value: 75_000, figure: 50, isEndOfRange: false },
    });
  });

  test("finds the fewest connections per server that fit 100 servers", () => {
    expect(
      ask({
        smallest: "capacity.connectionsPerServer",
        where: "servers<=100",
        vary: ["capacity.connectionsPerServer=1..1e6"],
      }),
    ).toMatchObject({ answer: { isEndOfRange: false, figure: 100 } });
  });

  test("says so where nothing is enough", () => {
    const answer = ask({ largest: "users", where: "servers<=1" });
    expect(answerText(answer)).toMatch(/^no value of users from 1 to .* is enough/);
  });

  test("is asked for in words as well", () => {
    for (const goal of [
      "largest users with <= 50 servers",
      "largest users with ≤ 50 servers",
      "largest users with servers <= 50",
    ]) {
      const answer = ask({ goal });
      expect(answer).toMatchObject({ answer: { value: 75_000, figure: 50 } });
      expect(answerText(answer)).toBe("largest users: 75,000, where servers is 50.");
    }
    expect(ask({ goal: "smallest capacity.utilisationCap with <= 700 servers" })).toMatchObject({
      direction: "smallest",
      metric: "servers",
    });
  });

  test("says that a given rate stays while users are varied", () => {
    const ofRated = { ...source, text: "name: rated\nworkload: { ratePerSecond: 200/s }\n" };
    const rated = scenarioWith(ofRated, "run.seed=42");
    const told = (question: Partial<Question>) =>
      answerText(askWhatIf({ scenario: rated }, ofRated, { ...nothing, ...question }));
    const note =
      "The load stays at 200/s for every number of users, because workload.ratePerSecond gives it.";
    expect(told({ vary: ["users=100,1000"] })).toContain(note);
    expect(told({ vary: ["users=100,1000"], tornado: true })).toContain(note);
    expect(told({ goal: "largest users with <= 50 servers" })).toContain(note);
    expect(told({ vary: ["users=100,1000", "workload.ratePerSecond=5,10"] })).not.toContain("The load stays");
    expect(told({ vary: ["split.new=0,50%"] })).not.toContain("The load stays");
    expect(answerText(ask({ vary: ["users=100,1000"] }))).not.toContain("The load stays");
  });

  test("names a figure that nothing gives instead of a column without any", () => {
    const priceless = scenarioWith(
      { ...source, text: "name: free\nworkload: { thinkTime: 10s }\n" },
      "run.seed=42",
    );
    const text = answerText(
      askWhatIf({ scenario: priceless }, source, { ...nothing, vary: ["users=100,1000"] }),
    );
    expect(text.split("\n")[0]).not.toContain("cost");
    expect(text).toContain("Not shown, as the scenario gives nothing for it: cost.");
  });

  test.each([
    [{ goal: "most users" }, /must be like "largest users with <= 50 servers"/],
    [{ goal: "largest users with few servers" }, /must be figure<=number/],
    [{ goal: "largest usres with <= 50 servers" }, /there is nothing in this scenario/],
    [{ goal: "largest users with <= 5 servers", largest: "users" }, /one goal at a time/],
    [{ largest: "users" }, /say what must hold/],
    [{ where: "servers<=50" }, /--largest or --smallest/],
  ])("that is half said is refused: %j", (question, message) => {
    expect(() => ask(question)).toThrow(UserError);
    expect(() => ask(question)).toThrow(message);
  });

  test("prints no noise of binary fractions", () => {
    const answer = ask({ largest: "capacity.utilisationCap", where: "servers<=1" });
    expect(answerText(answer)).not.toMatch(/\d\.\d{7}/);
  });

  test.each([
    ["servers<50", /must be figure<=number/],
    ["severs<=50", /figures: servers/],
  ])("needs a condition it can read: %s", (where, message) => {
    expect(() => ask({ largest: "users", where })).toThrow(message);
  });
});
