import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { compareAnswers } from "../../src/compare/compare-answers.ts";
import { redactText, shortText } from "../../src/compare/redact.ts";

describe("secrets are taken out", () => {
  test.each([
    ["by shape: a web token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"],
    ["by shape: a cloud key", "AKIAIOSFODNN7EXAMPLE"],
    ["by shape: a PEM block", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----"],
    ["by shape: hex", "5f4dcc3b5aa765d61d8327deb882cf99"],
    ["by shape: base64", "dGhpcyBpcyBhIHNlY3JldCBrZXkgb2YgMzIgYnl0ZXM="],
  ])("%s", (_, secret) => {
    expect(redactText(`before ${secret} after`)).toBe("before [redacted] after");
  });

  test.each([
    ["postgres://app:hunter2@db/shop", "postgres://[redacted]@db/shop"],
    ["https://me:pw@example.test/", "https://[redacted]@example.test/"],
    ["Server=db;Password=hunter2;Port=1", "Server=db;Password=[redacted];Port=1"],
    ["Bearer abcdef123456", "Bearer [redacted]"],
    ["GET /a?user=7&api_key=abc&x=1", "GET /a?user=7&api_key=[redacted]&x=1"],
    ["nothing to see here", "nothing to see here"],
    ["item 12345 costs 9.99", "item 12345 costs 9.99"],
  ])("%s", (text, expected) => expect(redactText(text)).toBe(expected));

  test.each([
    "$.user.password",
    "header set-cookie",
    "$.accessToken",
    "$.api_key",
    "header authorization",
    "$.session.id",
  ])("by name: %s", (field) => expect(shortText(field, "short")).toBe("[redacted]"));

  test("a long text is cut after it is redacted", () => {
    const shown = shortText("body", `${"words ".repeat(12)}5f4dcc3b5aa765d61d8327deb882cf99`);
    expect(shown.length).toBeLessThanOrEqual(80);
    expect(shown).not.toContain("5f4dcc3b");
  });
});

test("none of 200 secrets shows in the differences of two answers", () => {
  const uniform = randomStream(3, "secrets");
  const hex = () =>
    Array.from({ length: 40 }, () => Math.floor(uniform() * 16 * 0.999).toString(16)).join("");
  const shapes = [
    (secret: string) => ({ token: secret.slice(0, 9) }),
    (secret: string) => ({ list: [secret] }),
    (secret: string) => ({ deep: { authorization: { inner: secret.slice(0, 12) } } }),
    (secret: string) => ({ [secret]: 1 }),
    (secret: string) => ({ link: `https://u:${secret.slice(0, 10)}@example.test` }),
    (secret: string) => ({ text: `password=${secret.slice(0, 10)}` }),
  ];
  const rules = { ignore: [], unordered: [], tolerances: [], headers: ["set-cookie"] };
  for (let index = 0; index < 200; index++) {
    const secret = hex();
    const body = JSON.stringify(shapes[index % shapes.length]?.(secret));
    const first = { status: 200, headers: { "set-cookie": `id=${secret}` }, body };
    const found = compareAnswers(first, { status: 200, headers: {}, body: '{"other":true}' }, rules);
    expect(found.state).toBe("different");
    expect(JSON.stringify(found)).not.toContain(secret.slice(0, 9));
  }
});
