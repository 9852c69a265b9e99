import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from "yaml";
import { checkScenario } from "./check.ts";
import type { Finding, Path } from "./finding.ts";
import { type Scenario, scenarioSchema } from "./schema.ts";
import { inSentence, schemaFindings } from "./schema-findings.ts";
import { liftUncertain } from "./uncertain.ts";

/** Something wrong with a scenario, where it stands, and what would be right. */
export type Problem = {
  /** `file:line:column`, counted from 1; or the command line's `--set …` that brought it in. */
  readonly place: string;
  /** For example `services.old.mock.serviceTime`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
};

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export type ParseOptions = {
  /** Named in every problem. */
  readonly file: string;
  /** `path=value` from the command line, applied before anything is checked. */
  readonly overrides?: readonly string[];
};

const limits = {
  bytes: 1_048_576,
  depth: 64,
  keyLength: 256,
  nodes: 10_000,
  aliases: 50,
  problems: 100,
} as const;
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

type Document = ReturnType<typeof parseAllDocuments>[number];

/**
 * YAML text to Scenario. Never throws for bad input: every problem found is returned, each with its place.
 */
export function parseScenario(text: string, { file, overrides = [] }: ParseOptions): ParsedScenario {
  const lines = new LineCounter();
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const whole = (message: string): ParsedScenario => ({
    ok: false,
    problems: [{ place: `${file}:1:1`, path: "", message }],
  });
  if (Buffer.byteLength(text) > limits.bytes)
    return whole("is larger than 1 MiB; a scenario is a page or two");

  const documents = readYaml(text, lines);
  if (documents === undefined) return whole(`is nested more than ${limits.depth} levels deep`);
  const document = documents[0];
  if (document === undefined || document.contents === null) {
    return whole("is empty; `twinlane init` writes a first scenario");
  }
  if (documents.some(isTooDeep)) return whole(`is nested more than ${limits.depth} levels deep`);
  const syntax = syntaxProblems(documents, placeAt);
  if (syntax.length > 0) return { ok: false, problems: syntax };
  const structure = structureProblems(document.contents as Node, placeAt);
  if (structure.length > 0) return { ok: false, problems: structure };
  if (!isMap(document.contents)) return whole("must be a mapping that starts with `name:`");

  const overridden = applyOverrides(document, overrides);
  if (overridden.problems.length > 0) return { ok: false, problems: overridden.problems };
  const value: unknown = liftUncertain(readValue(document));
  if (value === undefined) return whole("uses more aliases than a scenario needs; write the values out");

  const place = (path: Path): string => {
    const source = overridden.sources.find(({ path: changed }) => startsWith(path, changed));
    return source === undefined ? placeAt(offsetOf(document, path)) : `--set ${source.text}`;
  };
  const toProblem = ({ path, message }: Finding): Problem => ({
    place: place(path),
    path: path.join("."),
    message,
  });
  const parsed = scenarioSchema.safeParse(value);
  const findings = parsed.success ? checkScenario(parsed.data) : parsed.error.issues.flatMap(schemaFindings);
  if (findings.length > 0) return { ok: false, problems: findings.slice(0, limits.problems).map(toProblem) };
  return parsed.success ? { ok: true, scenario: parsed.data } : whole("could not be read");
}

/** One line a problem, `file:line:column path: message`. */
export function formatProblem({ place, path, message }: Problem): string {
  return path === "" ? `${place} ${message}` : `${place} ${path}: ${message}`;
}

/** The parser recurses; a document that exhausts its stack is nested deeper than any we accept. */
function readYaml(text: string, lines: LineCounter): readonly Document[] | undefined {
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, version: "1.2" });
    return "empty" in documents ? [] : documents;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Where the parser runs out of stack inside a rule of its own, it reports that as an error of the document. */
function isTooDeep(document: Document): boolean {
  return document.errors.some((error) => /call stack|stack overflow/i.test(error.message));
}

function readValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: limits.aliases });
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** Unknown tags and the like are only warnings of the YAML library; here they are mistakes. */
function syntaxProblems(documents: readonly Document[], placeAt: (offset: number) => string): Problem[] {
  const problems = documents
    .flatMap((document) => [...document.errors, ...document.warnings])
    .map((error) => ({ place: placeAt(error.pos[0]), path: "", message: inSentence(error.message) }));
  const second = documents[1];
  if (second !== undefined) {
    const message = "a second document starts here; a file holds one scenario";
    problems.push({ place: placeAt(second.range?.[0] ?? 0), path: "", message });
  }
  return problems.slice(0, limits.problems);
}

/** Walks the tree without recursion, so that depth itself can't hurt. */
function structureProblems(root: Node, placeAt: (offset: number) => string): Problem[] {
  const problems: Problem[] = [];
  const waiting: { node: unknown; depth: number }[] = [{ node: root, depth: 1 }];
  const report = (node: Node, message: string) =>
    problems.push({ place: placeAt(node.range?.[0] ?? 0), path: "", message });
  for (let visited = 0; waiting.length > 0; visited++) {
    const next = waiting.pop();
    if (next === undefined || problems.length > 0) break;
    const { node, depth } = next;
    if (!isMap(node) && !isSeq(node)) continue;
    if (depth > limits.depth) report(node, `is nested more than ${limits.depth} levels deep`);
    if (visited > limits.nodes)
      report(node, `holds more than ${limits.nodes.toLocaleString("en-US")} values`);
    for (const item of node.items) {
      if (!isMap(node)) {
        waiting.push({ node: item, depth: depth + 1 });
        continue;
      }
      const { key, value } = item as Pair<Node, Node>;
      const message = keyProblem(key);
      if (message !== undefined) report(key, message);
      waiting.push({ node: value, depth: depth + 1 });
    }
  }
  return problems;
}

function keyProblem(key: Node): string | undefined {
  if (!isScalar(key)) return "a key must be a plain word";
  const name = String(key.value);
  if (name.length > limits.keyLength)
    return `a key of ${name.length.toLocaleString("en-US")} characters is no key of a scenario`;
  if (forbiddenKeys.has(name)) return `the key ${name} is not accepted`;
  return undefined;
}

type Override = { readonly path: Path; readonly text: string };

function applyOverrides(document: Document, overrides: readonly string[]) {
  const sources: Override[] = [];
  const problems: Problem[] = [];
  for (const text of overrides) {
    const equals = text.indexOf("=");
    const keys = text.slice(0, Math.max(0, equals)).split(".");
    if (equals < 1 || keys.some((key) => key === "" || forbiddenKeys.has(key))) {
      problems.push({
        place: `--set ${text}`,
        path: "",
        message: "must be path=value, for example split.new=25%",
      });
      continue;
    }
    const path = keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const value = parseAllDocuments(text.slice(equals + 1), { version: "1.2" });
    const first = "empty" in value ? null : (value[0]?.contents ?? null);
    try {
      const brought = firstNewPath(document, path);
      document.setIn(path, first);
      sources.push({ path: brought, text });
    } catch {
      const message = "no such place: a value on the way there is not a mapping or a list";
      problems.push({ place: `--set ${text}`, path: path.join("."), message });
    }
  }
  return { sources, problems };
}

/** The shortest part of `path` that the file doesn't have: whatever is wrong below it, the override brought in. */
function firstNewPath(document: Document, path: Path): Path {
  const isThere = (length: number) => document.hasIn(path.slice(0, length));
  const length = path.findIndex((_, index) => !isThere(index + 1)) + 1;
  return length === 0 ? path : path.slice(0, length);
}

/** Where the value at `path` begins; for a key that is too many, the key; for a missing one, its parent. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = (node as Node).range?.[0] ?? 0;
  for (const step of path) {
    const child: unknown = isMap(node)
      ? pairOf(node, step)
      : isSeq(node)
        ? node.items[Number(step)]
        : undefined;
    if (child === undefined) return offset;
    const isPair = isMap(node);
    const at = (isPair ? (child as Pair<Node, Node>).key : (child as Node)).range?.[0];
    offset = at ?? offset;
    node = isPair ? (child as Pair).value : child;
  }
  return isScalar(node) ? (node.range?.[0] ?? offset) : offset;
}

function pairOf(map: YAMLMap, key: PropertyKey): unknown {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((step, index) => String(path[index]) === String(step));
}
