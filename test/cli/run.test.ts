import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { versions } from "../../src/base/version.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { isBalanced } from "../../src/result/window.ts";
import {
  childrenOf,
  eventually,
  isAlive,
  onlyRun,
  resultIn,
  start,
  temporaryDirectory,
  twinlane,
} from "./twinlane.ts";

/** On a machine that is busy with other tests the verdict on the generator may be anything; the ledger may not. */
function expectWholeLedger({ totals, stages }: RunResult): void {
  for (const version of versions) expect(isBalanced(totals.versions[version])).toBe(true);
  const booked = totals.versions.old.scheduled + totals.versions.new.scheduled;
  expect(booked).toBe(totals.due);
  expect(stages.filter(({ warmUp }) => !warmUp).reduce((sum, { due }) => sum + due, 0)).toBe(totals.due);
}

const quick = ["--set", "run.duration=3s", "--set", "run.warmUp=1s"];

describe("a run", () => {
  test("leaves a directory with everything, and tells the shell how it came out", async () => {
    const out = temporaryDirectory();
    const { exitCode, stdout } = await twinlane("run", "scenarios/quickstart.yaml", "--out", out, ...quick);
    const directory = onlyRun(out);
    expect(readdirSync(directory)).toEqual(
      expect.arrayContaining([
        "journal.ndjson",
        "junit.xml",
        "report.html",
        "result.json",
        "scenario.yaml",
        "summary.md",
      ]),
    );
    expect(readdirSync(directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(readFileSync(join(directory, "scenario.yaml"), "utf8")).toBe(
      readFileSync("scenarios/quickstart.yaml", "utf8"),
    );
    expect(stdout).toContain("checkout 1.4");
    expect(stdout).toContain(`Report: ${directory}/report.html`);
    const result = resultIn(directory);
    expectWholeLedger(result);
    expect(result.totals.due).toBeGreaterThan(450);
    expect(result.totals.due).toBeLessThan(750);
    expect(result.completeness.state).toBe("complete");
    expect(result.resources.map(({ process }) => process).toSorted()).toEqual([
      "coordinator",
      "database",
      "driver",
      "new-1",
      "old-1",
      "splitter",
    ]);
    expect([0, 97, 98]).toContain(exitCode);
  });

  test("gives the same arrivals and the same split for the same seed", async () => {
    const run = async () => {
      const { stdout } = await twinlane(
        "run",
        "scenarios/quickstart.yaml",
        "--json",
        "--out",
        temporaryDirectory(),
        ...quick,
      );
      const { totals } = JSON.parse(stdout) as RunResult;
      return [totals.due, totals.versions.old.scheduled, totals.versions.new.scheduled];
    };
    expect(await run()).toEqual(await run());
  });

  test("against real services passes the splitter and reads their answers", async () => {
    const seen = new Set<string>();
    const server = createServer((request, response) => {
      seen.add(String(request.headers["x-user-id"]));
      response.writeHead(request.url === "/missing" ? 404 : 200).end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const settings = [
      `services.old={ url: "${url}", pid: ${process.pid} }`,
      `services.new={ url: "${url}" }`,
      "stores={}",
      "workload.requests=[{ path: / }, { path: /missing }]",
    ];
    const { stdout } = await twinlane(
      "run",
      "scenarios/quickstart.yaml",
      "--json",
      "--out",
      temporaryDirectory(),
      ...quick,
      ...settings.flatMap((each) => ["--set", each]),
    );
    const result = JSON.parse(stdout) as RunResult;
    expectWholeLedger(result);
    expect(
      result.resources.some(({ role, summary }) => role === "old" && summary.rssBytesMax !== undefined),
    ).toBe(true);
    expect(result.totals.versions.old.errors["status-404"]).toBe(result.totals.versions.old.failed);
    expect(result.totals.versions.old.failed).toBeGreaterThan(0);
    expect(seen.size).toBeGreaterThan(100);
  });
});

describe("trouble", () => {
  test("Ctrl-C stops the load, keeps what was measured, ends every process, and exits with 105", async () => {
    const out = temporaryDirectory();
    const { child, ended, shows } = start(["run", "scenarios/quickstart.yaml", "--out", out]);
    await shows("offered");
    const children = childrenOf(child.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(4);
    child.kill("SIGINT");
    const { exitCode } = await ended;
    expect(exitCode).toBe(105);
    const result = resultIn(onlyRun(out));
    expect(result.completeness).toEqual({ state: "partial", reason: "stopped by SIGINT" });
    expectWholeLedger(result);
    expect(await eventually(() => children.every((pid) => !isAlive(pid)))).toBe(true);
  });

  test("Ctrl-C during self-calibration starts nothing more, and exits with 105", async () => {
    const out = temporaryDirectory();
    const { child, ended, shows } = start(["run", "scenarios/quickstart.yaml", "--out", out]);
    await shows("self-calibration");
    child.kill("SIGINT");
    const { exitCode, stderr } = await ended;
    expect(exitCode).toBe(105);
    expect(stderr.match(/^starting .*$/gm)).toEqual(["starting self-calibration …"]);
    const result = resultIn(onlyRun(out));
    expect(result.completeness).toEqual({ state: "partial", reason: "stopped by SIGINT" });
    expect([result.totals.due, result.verdict.state]).toEqual([0, "NO DATA"]);
  });

  test("a killed coordinator leaves no process, and a journal from which the report is rebuilt", async () => {
    const out = temporaryDirectory();
    const { child, ended, shows } = start([
      "run",
      "scenarios/quickstart.yaml",
      "--out",
      out,
      "--set",
      "run.warmUp=0s",
    ]);
    await shows("offered");
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const children = childrenOf(child.pid ?? 0);
    child.kill("SIGKILL");
    await ended;
    expect(await eventually(() => children.every((pid) => !isAlive(pid)))).toBe(true);
    const directory = onlyRun(out);
    const { stderr } = await twinlane("report", directory);
    expect(stderr).toMatch(/Recovered [1-9]\d* of 30 seconds from the journal/);
    const result = resultIn(directory);
    expect(result.completeness.state).toBe("partial");
    expect(result.totals.versions.old.completed).toBeGreaterThan(100);
    expect(readdirSync(directory)).toContain("report.html");
  });
});

describe("a splitter that stands alone", () => {
  test("serves any client, and is asked and told through its admin page", async () => {
    const { child, ended, shows } = start([
      "split",
      "scenarios/beta-testers.yaml",
      "--listen",
      "127.0.0.1:0",
      "--json",
    ]);
    let stdout = "";
    child.stdout?.on("data", (chunk) => {
      stdout += chunk;
    });
    await shows('"token"');
    await eventually(() => stdout.trimEnd().endsWith("}"));
    const { url, admin } = JSON.parse(stdout) as { url: string; admin: { url: string; token: string } };
    const beta = await fetch(`${url}/home/1`, { headers: { "x-beta": "1" } });
    expect(beta.headers.get("x-twinlane-version")).toBe("new");
    expect((await fetch(`${url}/home/1`)).headers.get("x-twinlane-version")).toBe("old");
    const asked = await fetch(`${admin.url}/split`);
    expect(asked.status).toBe(401);
    const authorization = `Bearer ${admin.token}`;
    const told = await fetch(`${admin.url}/split`, {
      method: "PUT",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ new: "100%", reason: "test" }),
    });
    expect(told.status).toBe(200);
    expect((await fetch(`${url}/home/1`)).headers.get("x-twinlane-version")).toBe("new");
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(0);
  });
});

describe("a mock that stands alone", () => {
  test("serves any client", async () => {
    const { child, ended, shows } = start([
      "mock",
      "scenarios/quickstart.yaml",
      "--version",
      "new",
      "--listen",
      "127.0.0.1:0",
    ]);
    let stdout = "";
    child.stdout?.on("data", (chunk) => {
      stdout += chunk;
    });
    await shows("Ctrl-C ends it");
    const url = /http:\/\/\S+?(?=;)/.exec(stdout)?.[0] ?? "";
    const answer = await fetch(`${url}/items/7`);
    expect([answer.status, answer.headers.get("x-version")]).toEqual([200, "checkout 2.0"]);
    expect((await answer.text()).length).toBe(2000);
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(0);
  });
});
