import { expect, test } from "vitest";
import { endpointNamer } from "../../../src/splitter/comparing/endpoint-names.ts";

const nameOf = endpointNamer([
  { name: "item", method: "GET", path: "/items/{1..1000}" },
  { name: "search", method: "GET", path: "/search?q={csv:words.csv:word}&n={1..9}" },
  { name: "session", method: "PUT", path: "/users/{user}/sessions/{uuid}" },
  { name: "odd", method: "GET", path: "/a.b(c)" },
]);

const rows: readonly (readonly [string, string, string])[] = [
  ["GET", "/items/17", "item"],
  ["GET", "/items/17?x=1", "GET /items/*"],
  ["POST", "/items/17", "POST /items/*"],
  ["GET", "/search?q=red%20shoes&n=3", "search"],
  ["PUT", "/users/12/sessions/123e4567-e89b-42d3-a456-426614174000", "session"],
  ["GET", "/a.b(c)", "odd"],
  ["GET", "/axb(c)", "GET /axb(c)"],
  ["GET", `/${"k".repeat(41)}/about`, "GET /*/about"],
];
test.each(rows)("%s %s is %s", (method, target, name) => {
  expect(nameOf(method, target)).toBe(name);
});
