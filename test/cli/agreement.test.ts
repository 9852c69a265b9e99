import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agreementSchema } from "../../src/result/agreement-schema.ts";
import { profileSchema } from "../../src/result/profile-schema.ts";
import { temporaryDirectory, twinlane } from "./twinlane.ts";

const scenario = `
name: small shop
users: 10_000
workload: { ratePerSecond: 260/s }
services:
  old: { mock: { serviceTime: { lognormal: { mean: 10ms, p99: 40ms } } } }
  new: { mock: { serviceTime: 8ms } }
split: { new: 50% }
run: { duration: 3s, warmUp: 500ms, grace: 1s, calibrate: false }
`;

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

test("predict measures, freezes, foretells, measures again, and leaves everything in one directory", async () => {
  const out = temporaryDirectory();
  const file = join(out, "scenario.yaml");
  writeFileSync(file, `${scenario}predict: { calibrateAt: [60%], verifyAt: [100%] }\n`);
  const { exitCode, stdout, stderr } = await twinlane("predict", file, "--out", out);
  // A busy machine may leave a run without a verdict; no tolerance is stated that could be missed.
  expect([0, 98], stderr).toContain(exitCode);
  expect(stdout).toContain("100 % of the load");
  const name = readdirSync(out).find((entry) => entry.startsWith("small-shop-prediction")) ?? "";
  const directory = join(out, name);
  const agreement = agreementSchema.parse(read(join(directory, "agreement.json")));
  expect(agreement.comparisons.map(({ version, isBeyond }) => [version, isBeyond])).toEqual([
    ["old", true],
    ["new", true],
  ]);
  const quantities = agreement.comparisons.flatMap(({ rows }) => rows);
  for (const { validity, rows } of agreement.comparisons) {
    for (const { measured, modelled, simulated } of rows) {
      expect(measured).toBeGreaterThan(0);
      const isJudged = validity !== "GENERATOR-BOUND";
      expect(modelled?.error !== undefined).toBe(isJudged);
      expect(simulated?.error !== undefined).toBe(isJudged);
    }
  }
  const frozen = agreementSchema.parse(read(join(directory, "prediction.json")));
  const foretold = frozen.comparisons.flatMap(({ rows }) => rows);
  expect(foretold.every(({ measured }) => measured === undefined)).toBe(true);
  expect(foretold.map(({ simulated }) => simulated?.value)).toEqual(
    quantities.map(({ simulated }) => simulated?.value),
  );
  expect(readFileSync(join(directory, "agreement.md"), "utf8")).toContain("| --:");

  const runs = readdirSync(directory).filter((entry) => entry.includes("-at-"));
  const paths = runs.map((entry) => join(directory, entry));
  const profile = join(out, "shop.json");
  const calibrated = await twinlane("calibrate", ...paths, "--out", profile);
  expect(calibrated.exitCode).toBe(0);
  expect(profileSchema.parse(read(profile)).runs).toHaveLength(2);
  writeFileSync(file, `${scenario}calibration: shop.json\n`);
  const modelled = await twinlane("model", file);
  expect(modelled.stdout).toContain("Calibrated, new needs");
  const simulated = await twinlane("simulate", file, "--replications", "2");
  expect(simulated.stdout.replaceAll(/\s+/g, " ")).toContain("those of 2 runs of small shop");
  const compared = await twinlane("compare", ...paths, "--json");
  expect(JSON.parse(compared.stdout)).toMatchObject({ schema: "twinlane/comparison@1" });
}, 120_000);

test("what can't be done is refused with its remedy", async () => {
  const out = temporaryDirectory();
  const file = join(out, "scenario.yaml");
  writeFileSync(file, scenario);
  const without = await twinlane("predict", file, "--out", out);
  expect(without.exitCode).toBe(104);
  expect(without.stderr).toContain("predict: {");
  expect(readdirSync(out)).toEqual(["scenario.yaml"]);
  const alone = await twinlane("compare", file);
  expect(alone.exitCode).toBe(2);
  const missing = await twinlane("model", file, "--set", "calibration=nowhere.json");
  expect(missing.exitCode).toBe(2);
  expect(missing.stderr).toContain("nowhere.json");
  const rampless = await twinlane("simulate", file, "--ramps", "5");
  expect(rampless.stderr).toContain("no ramp");
  expect(existsSync(join(out, "profile.json"))).toBe(false);
}, 60_000);
