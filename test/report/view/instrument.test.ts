import { describe, expect, test } from "vitest";
import { renderReport } from "../../../src/report/html.ts";
import { reportView } from "../../../src/report/view.ts";
import type { RunResult } from "../../../src/result/schema.ts";
import { generatorBoundResult, hostileResult, measuredResult, modelledResult } from "../fixture-result.ts";

const measured = measuredResult({ seconds: 30 });
const instrumentOf = (result: RunResult) => reportView(result).instrument;

function textsOf(table: { rows: readonly { cells: readonly { text: string }[] }[] } | undefined): string[][] {
  return table?.rows.map(({ cells }) => cells.map(({ text }) => text)) ?? [];
}

describe("the instrument of a valid run", () => {
  test("was on time, and its floor stands beside that", () => {
    expect(instrumentOf(measured)).toMatchObject({ tone: "good", notes: [], doubtful: undefined });
    expect(instrumentOf(measured)?.sentence).toMatch(
      /^VALID: .* the instrument by itself took 412 µs at p99/,
    );
  });

  test("may have remarks, which are no banner", () => {
    const note = "The limit of 2 ms at p99 lies below ten floors.";
    const view = reportView({ ...measured, validity: { state: "VALID", reasons: [note] } });
    expect(view.instrument?.notes).toEqual([note]);
    expect(view.notices).toEqual([]);
  });

  test("has its floor directly and through the splitter", () => {
    expect(textsOf(instrumentOf(measured)?.floor).slice(1, 3)).toEqual([
      ["response time, directly", "70 µs", "210 µs", "210 µs"],
      ["response time, through the splitter", "120 µs", "412 µs", "412 µs"],
    ]);
  });

  test("counts late requests in the measured part alone, of drivers alone", () => {
    const table = instrumentOf(measured)?.processes;
    expect(table?.columns.at(-1)?.title).toBe("Requests sent over 1 ms late");
    const late = Object.fromEntries(textsOf(table).map((texts) => [texts[0], texts.at(-1)]));
    expect(late).toEqual({ "driver-1": "0.2 %", splitter: "–", "old-1": "–", "new-1": "–" });
  });

  test("tells of the machine over the measured part", () => {
    const system = (measured.system ?? []).map((sample) => ({
      ...sample,
      cpuShare: sample.atMs <= 0 ? 1 : 0.5,
    }));
    expect(instrumentOf({ ...measured, system })?.machine).toMatch(/: 50 % \(50 %\) of its CPU in use, /);
  });
});

describe("steal and a quota", () => {
  test("have a line only where there was any", () => {
    const lines = (result: RunResult) => reportView(result).figures.machine?.data.lines;
    expect(lines(measured)).toEqual(["cpu", "waiting"]);
    const system = (measured.system ?? []).map((sample) => ({
      ...sample,
      stealShare: 0.1,
      throttledShare: 0,
    }));
    expect(lines({ ...measured, system })).toEqual(["cpu", "waiting", "steal"]);
  });
});

describe("an instrument that was not on time", () => {
  test("says so where its figures are, and not its reasons a second time", () => {
    expect(instrumentOf(generatorBoundResult())).toMatchObject({ tone: "bad", notes: [] });
  });

  test("lists what is not to be trusted by process and cause, neighbouring seconds as one stretch", () => {
    const second = (atMs: number, process: string) => ({
      startMs: atMs,
      endMs: atMs + 1000,
      process,
      cause: "driver out of CPU" as const,
    });
    const windows = [
      second(2000, "driver-1"),
      second(3010, "driver-2"),
      second(4020, "driver-2"),
      second(9000, "driver-2"),
    ];
    const result = { ...measured, validity: { state: "TAINTED" as const, reasons: ["Late."], windows } };
    expect(textsOf(instrumentOf(result)?.doubtful)).toEqual([
      ["driver-2", "driver out of CPU", "3 s", "3.0 s to 5.0 s, 9.0 s to 10.0 s"],
      ["driver-1", "driver out of CPU", "1 s", "2.0 s to 3.0 s"],
    ]);
    const many = Array.from({ length: 20 }, (_, index) => second(index * 2000, "driver"));
    const flooded = { ...result, validity: { ...result.validity, windows: many } };
    expect(textsOf(instrumentOf(flooded)?.doubtful)[0]?.[3]).toMatch(/, and 12 more$/);
  });
});

describe("what a result doesn't hold", () => {
  test("a modelled one has no instrument", async () => {
    expect(instrumentOf(modelledResult())).toBeUndefined();
    expect(await renderReport(modelledResult())).not.toContain("<h2>Instrument");
  });

  test("without floor, machine, resources and health there is the sentence alone", () => {
    const { system: _, calibration: __, ...rest } = measured;
    const bare = { ...rest, validity: { state: "VALID" as const, reasons: [] }, resources: [], health: [] };
    expect(instrumentOf(bare)).toEqual({
      tone: "good",
      sentence: "VALID.",
      notes: [],
      doubtful: undefined,
      floor: undefined,
      processes: undefined,
      machine: undefined,
    });
    expect(reportView(bare).figures.machine).toBeUndefined();
  });

  test("columns that no process has a figure for are left out", () => {
    const resources = measured.resources.map((process) => ({
      ...process,
      samples: process.samples.map(({ atMs, starvedShare = 0 }) => ({ atMs, starvedShare })),
    }));
    expect(
      instrumentOf({ ...measured, resources, health: [] })?.processes?.columns.map(({ title }) => title),
    ).toEqual(["Process", "Ready without a core, mean", "Ready without a core, most"]);
  });
});

test("a hostile process name is a text of the section", async () => {
  const page = await renderReport(hostileResult());
  const section = page.slice(page.indexOf("<h2>Instrument"), page.indexOf("<h2>Growth"));
  expect(section).toContain("&lt;img src=x onerror=alert(1)&gt;");
  expect(section).not.toMatch(/<script|<img/);
});
