import { expect, test } from "vitest";
import { parseTrace } from "../../src/workload/trace.ts";

test.each([
  [
    "a.csv",
    "ms,method,path\n100,get,/a\n50,,\n",
    1,
    [
      [0, undefined, undefined],
      [50, "GET", "/a"],
    ],
  ],
  [
    "a.csv",
    'seconds,path\r\n1.5,"/a,b"\r\n\r\n2,/c\r\n',
    1,
    [
      [0, undefined, "/a,b"],
      [500, undefined, "/c"],
    ],
  ],
  [
    "a.csv",
    "time\n2026-01-31T12:00:00.250Z\n2026-01-31T12:00:01Z\n",
    2,
    [
      [0, undefined, undefined],
      [375, undefined, undefined],
    ],
  ],
  [
    "a.ndjson",
    '{"ms":1}\n\n{"ms":11,"method":"POST","path":"/p"}\n',
    10,
    [
      [0, undefined, undefined],
      [1, "POST", "/p"],
    ],
  ],
] as const)("%s %j at speed %d", (name, text, speed, expected) => {
  const entries = parseTrace(name, text, speed);
  expect(entries.map(({ atMs, method, path }) => [atMs, method, path])).toEqual(expected);
});

test.each([
  ["a.csv", "when\n1\n", "a.csv:2: no readable time"],
  ["a.csv", "ms\n1\nsoon\n", "a.csv:3: no readable time"],
  ["a.csv", "ms\n", "the trace has no requests"],
  ["a.csv", "", "the trace has no requests"],
  ["a.jsonl", '{"ms":1}\nnonsense\n', "a.jsonl:2: not a JSON object"],
  ["a.csv", "ms,path\n1,/a b\n", "a.csv:2: the path"],
  ["a.jsonl", '{"ms":1,"path":"/a HTTP/1.1\\r\\nx: y"}\n', "a.jsonl:1: the path"],
  ["a.jsonl", '{"ms":1,"path":"http://elsewhere/"}\n', "a.jsonl:1: the path"],
  ["a.jsonl", '{"ms":1}\n7\n', "a.jsonl:2: not a JSON object"],
])("%s %j is refused: %s", (name, text, sentence) => {
  expect(() => parseTrace(name, text, 1)).toThrow(sentence);
});
