import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generatedFiles } from "../../src/cli/generate.ts";
import { parseListenAddress } from "../../src/cli/listen-address.ts";
import { start, temporaryDirectory, twinlane } from "./twinlane.ts";

function scenarioFile(text: string): string {
  const file = join(temporaryDirectory(), "scenario.yaml");
  writeFileSync(file, text);
  return file;
}

const load = "workload: { ratePerSecond: 50/s }\nrun: { duration: 1s, warmUp: 0s }\n";

describe("the command line", () => {
  test("explains itself with its exit codes", async () => {
    const { exitCode, stdout } = await twinlane("--help");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Exit codes:");
    for (const command of ["run", "validate", "model", "report", "init", "split", "mock"]) {
      expect(stdout).toContain(`twinlane ${command} `);
    }
  });

  test.each([
    ["60", 60],
    ["72", 72],
    ["5", 100],
    ["wide", 100],
    ["", 100],
  ])("COLUMNS=%s makes no line of the help wider than %s", async (columns, widest) => {
    const { ended } = start(["run", "--help"], { COLUMNS: columns });
    const lines = (await ended).stdout.split("\n").map((line) => line.trimEnd().length);
    expect(Math.max(...lines)).toBeLessThanOrEqual(widest);
    expect(Math.max(...lines)).toBeGreaterThan(widest - 25);
  });

  test.each(["60", "80", "95", "96", "100"])(
    "at %s columns each exit code begins a line or a column",
    async (columns) => {
      const { ended } = start(["--help"], { COLUMNS: columns });
      const table = (await ended).stdout.split("Exit codes:\n")[1] ?? "";
      for (const line of table.trimEnd().split("\n")) {
        // Only the line that carries on another begins without a code.
        expect(line).toMatch(/^ {2,4}\d+ {2}\S|^ +the bottleneck/);
      }
      expect(table.match(/\d+(?= {2}[a-z])/g)).toHaveLength(9);
    },
  );

  test("help says nothing of lists that start empty, and tells a mock's own --version", async () => {
    const [validate, mock] = await Promise.all([twinlane("validate", "--help"), twinlane("mock", "--help")]);
    expect(validate.stdout).not.toContain("[default: []]");
    expect(validate.stdout).toMatch(/^ {2}files +Scenario files +\[array\] \[required\]$/m);
    expect(mock.stdout).toMatch(
      /^ +--version +Which version +\[choices: "old", "new"\] \[default: "old"\]$/m,
    );
    expect(mock.stdout).not.toContain("-v,");
  });

  test("a bad command line is sent to the help of its command", async () => {
    const [known, unknown] = await Promise.all([twinlane("run"), twinlane("rum")]);
    expect(known.stderr).toContain("See `twinlane run --help`.");
    expect(unknown.stderr).toContain("See `twinlane --help`.");
  });

  test("an example's words name the program, too", async () => {
    const { stdout } = await twinlane("init", "--help");
    expect(stdout).toContain("then: twinlane run scenario.yaml");
  });

  test.each([
    [["validat", "x"], "Did you mean validate?"],
    [["run"], "An argument is missing"],
    [["run", "x.yaml", "--out"], "--out needs a value."],
    [
      ["calc", "mmc", "--rate", "-5/s", "--service-time", "20ms", "--servers", "3"],
      "--rate -5/s: must be a rate",
    ],
    [["run", "x.yaml", "--durtion=5s"], "There is no --durtion."],
    [["mock", "x.yaml", "--version", "nwe"], "--version must be one of old, new, found nwe."],
    [["search", "x.yaml"], "--goal must be given."],
    [
      ["calc", "mmc", "--rate", "5/s"],
      "--service-time, --servers must be given.\nSee `twinlane calc mmc --help`.",
    ],
    [["init", "README.md"], "README.md is already there and was left as it is; name another file."],
    [[], "Name a command."],
  ])("refuses %j with exit code 2", async (args, message) => {
    const { exitCode, stdout, stderr } = await twinlane(...args);
    expect(stderr).toContain(message);
    expect([exitCode, stdout]).toEqual([2, ""]);
  });

  test("prints one JSON document on stdout when asked to", async () => {
    const { stdout, exitCode } = await twinlane("validate", "--json", "scenarios/quickstart.yaml");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual([{ file: "scenarios/quickstart.yaml", valid: true, problems: [] }]);
  });

  test("ends quietly when nobody reads on", async () => {
    const { child, ended } = start(["--help"]);
    child.stdout?.destroy();
    expect((await ended).stderr).toBe("");
  });
});

describe("a scenario that can't be run starts nothing:", () => {
  test.each<[what: string, text: string, exitCode: number, message: RegExp]>([
    [
      "an invalid one",
      `name: a\n${load}splt: {}\n`,
      104,
      /scenario\.yaml:4:1 splt: unknown key; did you mean `split`\?/,
    ],
    [
      "one that needs a part not built",
      `name: a\n${load.replace(" }", ", retries: { times: 2 } }").replace("warmUp", "engine: autocannon, warmUp")}`,
      104,
      /can't do this part of the scenario yet:\n {2}run\.engine: autocannon with workload\.retries/,
    ],
    [
      "a public address",
      `name: a\n${load}services: { new: { url: "http://93.184.216.34" } }\n`,
      104,
      /new service's address 93\.184\.216\.34 is not on this machine/,
    ],
    [
      "cloud metadata",
      `name: a\n${load}services: { new: { url: "http://169.254.169.254" } }\n`,
      104,
      /169\.254\.169\.254/,
    ],
    [
      "a leak of a real service, which a proxy can't make",
      `name: a\n${load}services: { old: { url: "http://127.0.0.1:9" } }\nfaults: [{ at: 0s, service: old, kind: memory-leak }]\n`,
      104,
      /:5:40 faults\.0\.kind: memory-leak can't be made in a real service/,
    ],
  ])("%s", async (_what, text, expected, message) => {
    const out = join(temporaryDirectory(), "out");
    const { exitCode, stderr } = await twinlane("run", scenarioFile(text), "--out", out);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
    expect(exitCode).toBe(expected);
  });

  test("a service that refuses connections, named with its version", async () => {
    const port = await closedPort();
    const file = scenarioFile(`name: a\n${load}services: { new: { url: "http://127.0.0.1:${port}" } }\n`);
    const { exitCode, stderr } = await twinlane("run", file, "--out", temporaryDirectory());
    expect(stderr).toContain(`The new service at 127.0.0.1:${port} refuses connections.`);
    expect(exitCode).toBe(103);
  });

  test("a file that is not there", async () => {
    const { exitCode, stderr } = await twinlane("run", "nowhere.yaml");
    expect(stderr).toContain("There is no scenario file nowhere.yaml.");
    expect(exitCode).toBe(104);
  });
});

describe("init", () => {
  test("writes a scenario that is valid, and never over another", async () => {
    const file = join(temporaryDirectory(), "first.yaml");
    expect((await twinlane("init", file)).exitCode).toBe(0);
    expect((await twinlane("validate", file)).stdout).toBe(`${file}: valid\n`);
    const again = await twinlane("init", file);
    expect(again.stderr).toContain("is already there and was left as it is");
  });
});

describe("generated files", () => {
  test.each([...generatedFiles()])(
    "%s is what the schema says; `npm run generate` writes it",
    (path, text) => {
      expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(text);
    },
  );
});

describe("an address to listen on", () => {
  test.each([
    ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
    ["[::1]:0", { host: "::1", port: 0 }],
    ["localhost:65535", { host: "localhost", port: 65_535 }],
  ])("%s is read", (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });

  test.each(["8080", "127.0.0.1", "::1:80", "a:99999", "a b:80", ""])("%j is refused", (text) => {
    expect(() => parseListenAddress(text)).toThrow("--listen must be HOST:PORT");
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
