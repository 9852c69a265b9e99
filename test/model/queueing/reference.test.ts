import { expect, test } from "vitest";
import { testedIds } from "./reference.ts";
import { caseIds } from "./reference-cases.ts";
import "./reference-systems.ts";
import "./reference-waiting.ts";

test("no reference case is left untested", () => {
  expect([...testedIds()].sort()).toEqual([...caseIds].sort());
});
