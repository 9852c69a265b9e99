import { describe, expect, test } from "vitest";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { modelDocument } from "../../src/model/text/document.ts";
import { modelText } from "../../src/model/text/model.ts";
import { right, textTable } from "../../src/model/text/table.ts";
import { runResultSchema } from "../../src/result/schema.ts";
import { planText } from "../scenario/scenario-text.ts";
import { planOf } from "./plans.ts";

const modelled = modelPlan(planOf("growth-parallel-running"));

describe("what the model prints", () => {
  const text = modelText(modelled, undefined);

  test("has the mission's numbers in its growth table", () => {
    const rows = text.split("\n").filter((line) => /^ *[\d,]+ {2}/.test(line));
    expect(rows[1]).toMatch(/^ +10,000 +1\.16 +5\.79 +10,000 +4 +7 +4 \+ 3 +\+ 1 +4 +connections/);
    expect(rows[2]).toMatch(
      /^ +1,000,000 +115\.74 +578\.70 +1,000,000 +334 +667 +334 \+ 333 +\+ 1 +334 +connections +57\.9 MB\/s/,
    );
    expect(rows[3]).toMatch(/^100,000,000 +11,574 +57,870 +100,000,000 +33,334 +66,667/);
  });

  test("says what to do first, what it costs and what it assumes", () => {
    expect(text).toContain(
      "1. connections: full at 10,500 users. Add 1 server to the 7, each good for 1,500 users, 0.10 more per hour (moves it to 12,000 users).",
    );
    expect(text).toContain("Start parallel running here");
    expect(text).toContain("Each version can carry everybody alone, so that a rollback is possible");
    expect(text).toContain("8.77 hours a year");
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("gives one reason for all user counts that fail by it", () => {
    const impossible = modelPlan(planOf("growth-parallel-running", "slo.responseTimeP99=150ms"));
    expect(modelText(impossible, undefined)).toContain(
      "100, 10,000, 1,000,000, 100,000,000 users: old: no number of servers is enough, because",
    );
  });

  test("leaves out what nothing in the scenario speaks of", () => {
    const small = modelText(
      modelPlan(planText("name: small\nworkload: { ratePerSecond: 200/s }\n")),
      undefined,
    );
    expect(small).not.toContain("Availability");
    expect(small).not.toContain("cost");
    expect(small).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("the model's JSON document", () => {
  test("holds the shared result, and steps on demand", () => {
    const plain = JSON.parse(JSON.stringify(modelDocument(modelled, undefined, false)));
    expect(runResultSchema.parse(plain.result).growth).toHaveLength(4);
    expect(plain.growth[0].steps).toBeUndefined();
    const explained = JSON.parse(JSON.stringify(modelDocument(modelled, undefined, true)));
    expect(explained.growth[0].steps[0]).toMatchObject({ name: "average rate", source: "definition" });
  });
});

describe("a text table", () => {
  test("counts characters, not bytes", () => {
    expect(textTable([right("µ"), right("two\nlines")], [["…", "1"]])).toBe(
      "µ    two\n   lines\n─  ─────\n…      1",
    );
  });
});
