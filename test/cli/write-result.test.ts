import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runResultSchema } from "../../src/result/schema.ts";
import { temporaryDirectory, twinlane } from "./twinlane.ts";

const scenario = "scenarios/quickstart.yaml";
const briefly = ["--set", "run.duration=2s", "--set", "run.warmUp=0s", "--replications", "2"];

test.each([
  { args: ["simulate", scenario, ...briefly], method: "simulated", words: "Simulated, not measured" },
  { args: ["model", scenario], method: "modelled", words: "Calculated, not measured" },
])("$args.0 --out leaves its result and reports, and says where", async ({ args, method, words }) => {
  const out = temporaryDirectory();
  const { stdout } = await twinlane(...args, "--out", out);
  const [directory = ""] = readdirSync(out);
  expect(stdout).toContain(`Report: ${join(out, directory)}/report.html`);
  const files = readdirSync(join(out, directory));
  expect(files).toEqual(
    expect.arrayContaining(["report.html", "result.json", "scenario.yaml", "summary.md"]),
  );
  const result = runResultSchema.parse(JSON.parse(readFileSync(join(out, directory, "result.json"), "utf8")));
  expect(result.method).toBe(method);
  for (const file of ["report.html", "summary.md"])
    expect(readFileSync(join(out, directory, file), "utf8")).toContain(words);
  const rebuilt = await twinlane("report", join(out, directory), "--json");
  expect(JSON.parse(rebuilt.stdout)).toEqual(result);
  for (const named of [`${join(out, directory)}/`, join(out, directory, "result.json")])
    expect((await twinlane("report", named)).stdout).toContain(
      `Report: ${join(out, directory)}/report.html\n`,
    );
});

test("--json stays one document with --out, and without it no report is named", async () => {
  const out = temporaryDirectory();
  const { stdout } = await twinlane("model", scenario, "--out", out, "--json");
  expect(() => JSON.parse(stdout)).not.toThrow();
  expect(readdirSync(out)).toHaveLength(1);
  expect((await twinlane("model", scenario)).stdout).not.toContain("Report:");
});
