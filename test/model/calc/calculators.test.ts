import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/base/errors.ts";
import { calculate, calculators } from "../../../src/model/calc/calculators.ts";
import { calculationText } from "../../../src/model/text/calculation.ts";
import { workOut } from "../explain/work-out.ts";

/** `mmc --rate 1000/s --servers 23` as the command line hands it over. */
function run(line: string) {
  const [name = "", ...words] = line.split(" ");
  const written: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 2) written[(words[at] ?? "").slice(2)] = words[at + 1] ?? "";
  return calculate(name, written);
}

function check(line: string, expected: Readonly<Record<string, number>>): void {
  const results = Object.fromEntries(run(line).steps.map(({ result }) => [result.name, result.value]));
  for (const [name, value] of Object.entries(expected)) {
    expect(
      Math.abs((results[name] ?? Number.NaN) - value),
      `${line}: ${name} ${results[name]}`,
    ).toBeLessThanOrEqual(1e-6 * Math.abs(value));
  }
}

describe("calculators", () => {
  test("give the known answers", () => {
    check("erlang-b --erlangs 10 --servers 15", { blocking: 0.03649694547 });
    check("erlang-b --rate 10/s --service-time 1s --servers 15", { blocking: 0.03649694547 });
    check("mmc --rate 0.2/s --service-time 240s --servers 55", {
      waitProbability: 0.2387009364,
      meanWait: 8184.032,
    });
    check("mmck --rate 0.9/s --service-time 1s --servers 1 --capacity 10", { blocking: 0.0508137313 });
    check("finite --population 100 --think-time 300s --service-time 630ms --servers 1", {
      throughput: 0.33245315,
      meanResponse: 794.25969,
      utilisation: 0.2094455,
    });
    check("mg1 --rate 0.8/s --service-time 1s --scv 4", { meanWait: 10_000, sharedResponse: 5000 });
    check("mgc --rate 8/s --service-time 1s --servers 10 --scv 1", { constantWait: 109.82779 });
    check("mva --demands 2s,3s,1s --think-time 4s --population 1", { response: 6000, throughput: 0.1 });
    check("che --items 10000 --cache-items 1000 --zipf 1", { hitRatio: 0.67560179 });
    check("retries --failure 50% --retries 3", { attempts: 1.875 });
    check("retries --failure 1% --retries 3 --rate 600/s --service-time 20ms --servers 20", {
      calm: 600 / 0.99,
      stormy: 2400,
    });
    check("retries --retries 1 --rate 300/s --service-time 20ms --servers 20", { calm: 300, stormy: 300 });
    check("pairs --rate 300/s --limit 1000/s", {
      plainTime: 1000 / 700,
      queryTime: 1500 / 400,
      sameTimeLimit: 1650,
    });
    check("fork-join --rate 40/s --service-time 20ms", { response: ((12 - 0.8) / 8) * 100 });
    check("cold-cache --rate 5000/s --hit-ratio 90% --writes 10% --limit 2000/s --new 10%", {
      warmQueries: 1000,
      coldQueries: 1450,
      full: 0.725,
    });
    check("ttl --rate 2/s --ttl 10s --new 50%", { hitRatio: 20 / 21, splitHitRatio: 10 / 11 });
    check("size --rate 1000/s --service-time 20ms --response-p99 100ms --balancing pooled", { servers: 23 });
    check("size --rate 1000/s --service-time 20ms --response-p99 100ms --balancing random", { servers: 254 });
    check("size --rate 10000/s --service-time 20ms --wait-p99 10ms --balancing pooled", { servers: 208 });
    check("availability --promised 99.9% --rollback 2m --failing 10%", {
      hours: 8.766,
      minutesPerMonth: 43.2,
      spent: 0.2 / 43.2,
    });
  });

  test("answer their own examples, every formula of which can be worked out again", () => {
    for (const [name, { example }] of Object.entries(calculators)) {
      expect(example.split(" ")[0]).toBe(name);
      const { steps } = run(example);
      expect(steps.length).toBeGreaterThan(0);
      for (const step of steps) {
        expect(Number.isFinite(step.result.value), `${name}: ${step.name}`).toBe(true);
        if (step.isRule === true) continue;
        expect(Math.abs(workOut(step) - step.result.value), `${name}: ${step.name}`).toBeLessThanOrEqual(
          1e-9 * Math.abs(step.result.value),
        );
      }
      expect(calculationText(run(example))).toContain("Source: ");
    }
  });

  test("refuse a percentile as the only plan at scale", () => {
    const { notes } = run("size --rate 57870.37/s --service-time 50ms --wait-p99 50ms --balancing pooled");
    expect(notes[0]).toMatch(
      /2,899 servers would keep the percentile, but at 99\.81 % utilisation .* that is no plan/,
    );
    expect(notes[0]).toContain("Take 4,134 servers");
  });

  test("say whether an overload lasts", () => {
    const calm = "retries --retries 3 --service-time 20ms --servers 20 --rate";
    expect(run(`${calm} 200/s`).notes[0]).toMatch(/^One answer: an overload ends/);
    expect(run(`${calm} 600/s`).notes[0]).toMatch(/^METASTABLE: .* from 250 to 992 requests\/s/);
    expect(run(`${calm} 1100/s`).notes[0]).toMatch(/^One answer: there are too few servers/);
  });

  test("say how far new may go while its cache is cold", () => {
    const cold = "cold-cache --rate 5000/s --hit-ratio 90% --writes 10% --new 10% --limit";
    expect(run(`${cold} 2000/s`).notes[0]).toContain("up to 22.2 % on new");
    expect(run(`${cold} 9000/s`).notes[0]).toContain("even with all traffic on an empty cache");
    expect(run(`${cold} 900/s`).notes[0]).toContain("full with warm caches already");
  });

  test("mark what is predicted beyond the measurements", () => {
    const points = "1:20,4:78,8:130,12:170,16:190,20:200";
    expect(run(`usl --points ${points} --at 48`).notes.join(" ")).toContain("EXTRAPOLATED");
    expect(run(`usl --points ${points} --at 30`).notes.join(" ")).not.toContain("EXTRAPOLATED");
  });

  test.each([
    [
      "mmc --rate 1000/s --service-time 20ms --servers 20",
      /^Saturated: 20 erlangs .* at least 21 servers keep up/,
    ],
    ["mmc --rate 1000.1/s --service-time 20.3ms --servers 10", /^Saturated: 20\.3 erlangs/],
    ["pairs --rate 600/s --limit 1000/s", /^Saturated: 1,200 queries\/s/],
    ["fork-join --rate 60/s --service-time 20ms", /^Saturated/],
    ["retries --retries 2 --rate 300/s", /--servers is missing/],
    ["retries --retries 2 --rate 300/s --service-time 0ms --servers 2", /must be above 0/],
    ["cold-cache --rate 1/s --hit-ratio 90% --limit 0/s --new 1%", /--limit must be above 0/],
    ["mg1 --rate 60/s --service-time 20ms", /^Saturated/],
    [
      "size --rate 1/s --service-time 2s --response-p99 1s --balancing pooled",
      /^No number of servers is enough, because/,
    ],
    ["size --rate 1/s --service-time 2s --balancing pooled", /Say what must hold/],
    ["size --rate 1/s --service-time 0ms --wait-p99 1s --balancing pooled", /must be above 0/],
    ["size --rate 1/s --service-time 2s --wait-p99 1s --balancing magic", /must be one of pooled/],
    ["size --rate 1/s --service-time 2s --wait-p99 1s --balancing pooled --utilisation-cap 0", /above 0/],
    ["mmc --rate fast --service-time 20ms --servers 2", /--rate fast: must be a rate/],
    ["mmc --rate 1/s --service-time 20 --servers 2", /--service-time 20: must be a time/],
    ["mmc --rate 1/s --service-time 20ms --servers 2.5", /--servers 2.5: must be a whole number/],
    ["mmc --rate 1/s --service-time 20ms", /--servers is missing/],
    ["mmck --rate 1/s --service-time 20ms --servers 5 --capacity 4", /can't be below --servers/],
    ["usl --points 1:20,4:78", /at least 6/],
    ["usl --points 1:20,4:-3", /both above 0/],
    ["availability --promised 100%", /no budget/],
    ["nothing --at all", /no such calculator/],
  ])("refuse nonsense with a reason: %s", (line, message) => {
    expect(() => run(line)).toThrow(UserError);
    expect(() => run(line)).toThrow(message);
  });
});
