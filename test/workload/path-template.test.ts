import { expect, test } from "vitest";
import { pathTemplate } from "../../src/workload/path-template.ts";

const columns: Record<string, readonly string[]> = {
  "users.csv:name": ["ann", "bo b", "c/d"],
  "users.csv:id": ["0", "1", "2"],
  "users.csv:empty": [],
};
const template = (path: string) =>
  pathTemplate(path, {
    seed: 1,
    purpose: "test",
    readColumn: (file, column) => columns[`${file}:${column}`] ?? [],
  });

test.each([
  ["/plain?a=b", /^\/plain\?a=b$/],
  ["/items/{1..1000}", /^\/items\/\d{1,4}$/],
  ["/u/{user}/x", /^\/u\/77\/x$/],
  ["/{uuid}", /^\/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  ["/{csv:users.csv:name}", /^\/(ann|bo%20b|c%2Fd)$/],
])("%s is written as %s", (path, expected) => {
  const write = template(path);
  for (let ordinal = 0; ordinal < 1000; ordinal++) expect(write(ordinal, 77)).toMatch(expected);
});

test("a range reaches both its ends and nothing else", () => {
  const write = template("{3..5}");
  const seen = new Set(Array.from({ length: 1000 }, (_, ordinal) => write(ordinal, 0)));
  expect([...seen].toSorted()).toEqual(["3", "4", "5"]);
});

test("no UUID comes twice", () => {
  const write = template("{uuid}");
  expect(new Set(Array.from({ length: 10_000 }, (_, ordinal) => write(ordinal, 0))).size).toBe(10_000);
});

test("columns of one file come from the same row", () => {
  const write = template("{csv:users.csv:id}-{csv:users.csv:name}");
  const pairs = new Set(Array.from({ length: 1000 }, (_, ordinal) => write(ordinal, 0)));
  expect([...pairs].toSorted()).toEqual(["0-ann", "1-bo%20b", "2-c%2Fd"]);
});

test.each([
  ["/{oops}", "unknown placeholder {oops}"],
  ["/{9..3}", "empty or too large"],
  ["/{csv:users.csv:empty}", "column empty of users.csv has no values"],
])("%s is refused: %s", (path, sentence) => {
  expect(() => template(path)).toThrow(sentence);
});
