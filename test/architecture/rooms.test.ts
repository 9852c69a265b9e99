import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Which rooms each room may import from, besides itself. docs/architecture.md explains the order. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  stats: ["base"],
  wire: ["base"],
  scenario: ["base"],
  workload: ["base", "stats", "scenario"],
  result: ["base", "stats", "scenario"],
  telemetry: ["base"],
  rollout: ["base", "stats", "scenario"],
  compare: ["base", "stats", "scenario"],
  splitter: ["base", "stats", "wire", "scenario", "workload", "telemetry", "rollout", "compare"],
  measure: [
    "base",
    "stats",
    "wire",
    "scenario",
    "workload",
    "result",
    "telemetry",
    "rollout",
    "compare",
    "splitter",
  ],
  simulate: ["base", "stats", "scenario", "workload", "result", "rollout"],
  model: ["base", "stats", "scenario", "workload", "result"],
  analysis: ["base", "stats", "scenario", "workload", "result", "rollout", "model", "simulate"],
  report: ["base", "stats", "result", "analysis"],
};

/** Third-party packages and the only files or folders that may import them. */
const walls: Readonly<Record<string, readonly RegExp[]>> = {
  zod: [/^src\/scenario\/(.*schema|schema-findings|units)\.ts$/, /^src\/result\/(.*-)?schema\.ts$/],
  yaml: [/^src\/scenario\/parse\.ts$/],
  yargs: [/^src\/cli\//],
  autocannon: [/^src\/measure\/engines\/autocannon/],
  "hdr-histogram-js": [/^src\/stats\/histogram\.ts$/],
  "@opentelemetry": [/^src\/telemetry\//],
  "@openfeature": [/^src\/splitter\/flags\//],
  pg: [/^src\/measure\/(stores|divergence)\//],
  ioredis: [/^src\/measure\/divergence\//],
  vega: [/^src\/report\/charts\//],
  "vega-lite": [/^src\/report\/charts\//],
};

type Import = { readonly file: string; readonly target: string };

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"/gms),
    ...text.matchAll(/^import\s+"([^"]+)"/gm),
    ...text.matchAll(/import\("([^"]+)"\)/g),
  ];
  return specifiers.map((match) => ({ file, target: match[1] ?? "" }));
}

const files = sourceFiles("src");
const imports = files.flatMap(importsOf);

function roomOf(file: string): string {
  return file.split("/")[1] ?? "";
}

function localTarget({ file, target }: Import): string | undefined {
  return target.startsWith(".") ? relative(root, resolve(root, dirname(file), target)) : undefined;
}

describe("the rooms of src", () => {
  test("are all in the table", () => {
    const rooms = new Set(files.filter((file) => file.split("/").length > 2).map(roomOf));
    for (const room of rooms) expect([...Object.keys(mayImport), "cli"]).toContain(room);
  });

  test("import only what stands above them", () => {
    const broken = imports.flatMap((each) => {
      const target = localTarget(each);
      const allowed = mayImport[roomOf(each.file)];
      if (target === undefined || allowed === undefined) return [];
      const room = roomOf(target);
      const isOutside = !target.startsWith("src/");
      return isOutside || (room !== roomOf(each.file) && !allowed.includes(room))
        ? [`${each.file} imports ${target}`]
        : [];
    });
    expect(broken).toEqual([]);
  });

  test("never import the mock services", () => {
    const broken = imports.filter((each) => localTarget(each)?.startsWith("mock-services"));
    expect(broken).toEqual([]);
  });

  test("keep third-party packages behind their walls", () => {
    const broken = imports.flatMap(({ file, target }) => {
      const name = target.split("/")[0];
      const allowed = walls[name ?? ""];
      return allowed !== undefined && !allowed.some((pattern) => pattern.test(file))
        ? [`${file} imports ${target}`]
        : [];
    });
    expect(broken).toEqual([]);
  });

  test("take time and chance as arguments where they are pure", () => {
    const pure = ["stats", "scenario", "workload", "rollout", "compare", "simulate", "model", "analysis"];
    const broken = files
      .filter((file) => pure.includes(roomOf(file)))
      .filter((file) =>
        /Math\.random|Date\.now|new Date\(\)|performance\.now|systemClock/.test(
          readFileSync(join(root, file), "utf8"),
        ),
      );
    expect(broken).toEqual([]);
  });

  test("hold no file of more than 400 lines", () => {
    const long = [...files, ...sourceFiles("mock-services")].filter(
      (file) => readFileSync(join(root, file), "utf8").split("\n").length > 401,
    );
    expect(long).toEqual([]);
  });
});
