import { expect, test } from "vitest";
import { proseHtml } from "../../../src/report/html/prose.ts";
import { proseMarkdown } from "../../../src/report/markdown-parts.ts";
import { codeSpans } from "../../../src/report/text/code-spans.ts";

const code = (text: string) => ({ text, isCode: true });
const words = (text: string) => ({ text, isCode: false });

test.each([
  { sentence: "", expected: [] },
  { sentence: "no code", expected: [words("no code")] },
  { sentence: "`--explain` shows it", expected: [code("--explain"), words(" shows it")] },
  { sentence: "see `a` and `b`", expected: [words("see "), code("a"), words(" and "), code("b")] },
  { sentence: "a lonely ` stays", expected: [words("a lonely ` stays")] },
  { sentence: "an empty `` too", expected: [words("an empty `` too")] },
])("$sentence", ({ sentence, expected }) => {
  expect(codeSpans(sentence)).toEqual(expected);
});

test("what stands in backticks is still no markup", () => {
  const hostile = "`<img src=x>`";
  const page = proseHtml(hostile)
    .map(({ markup }) => markup)
    .join("");
  expect(page).toBe("<code>&lt;img src=x&gt;</code>");
  expect(proseMarkdown(hostile)).toBe("<code>&lt;img src=x&gt;</code>");
});
