import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const page = readFileSync("docs/architecture.md", "utf8");
const named = [...page.matchAll(/`([\w./-]+)`/g)].map(([, name]) => name ?? "");

function rooms(): readonly string[] {
  return readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath }) => relative("src", parentPath))
    .filter((folder) => folder !== "");
}

test("the page names every room of src, and every room in a room", () => {
  const wanted = new Set(rooms().map((folder) => folder.split("/").slice(0, 2).join("/")));
  const tops = [...wanted].map((folder) => dirname(folder)).filter((folder) => folder !== ".");
  expect([...wanted, ...tops].filter((folder) => !named.includes(folder))).toEqual([]);
});

test("every file and room that the page names is there", () => {
  const paths = named.filter((name) => name.includes("/") || name.endsWith(".ts"));
  const places = ["", "src", "src/result", "src/report"];
  const lost = paths.filter((path) => !places.some((place) => existsSync(join(place, path))));
  expect(paths.length).toBeGreaterThan(20);
  expect(lost).toEqual([]);
});
