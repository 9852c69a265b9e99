import { expect, test } from "vitest";
import { agreementMarkdown } from "../../../src/report/agreement-markdown.ts";
import { renderAgreement } from "../../../src/report/text/agreement-text.ts";
import type { Agreement } from "../../../src/result/agreement-schema.ts";

function agreementWith(validity: string, judged: { readonly error?: number }): Agreement {
  return {
    schema: "twinlane/agreement@1",
    scenario: { name: "shop", hash: "0", labels: { old: "shop 1", new: "shop 2" } },
    twinlane: "1.0.0",
    startedAt: "2026-01-01T00:00:00.000Z",
    calibratedAt: [{ load: 0.3, run: "first", validity: "VALID" }],
    comparisons: [
      {
        load: 0.8,
        ratePerSecond: 100,
        version: "new",
        utilisation: 0.5,
        bottleneck: "slots",
        isBeyond: true,
        run: "second",
        validity,
        rows: [
          {
            quantity: "responseTimeP99Ms",
            measured: 50,
            simulated: { value: 40, low: 30, high: 60, ...judged },
            tolerance: 0.25,
            state: "INCONCLUSIVE",
          },
        ],
      },
    ],
    capacity: [],
    verdict: { state: "INCONCLUSIVE", sentence: "No verdict." },
  };
}

const texts = (agreement: Agreement) => [
  agreementMarkdown(agreement),
  renderAgreement(agreement, { colour: false, widthColumns: 160 }),
];
const reason = "No errors are given: the run was GENERATOR-BOUND";

test("where the run was generator-bound, no error is printed and the reason is", () => {
  for (const text of texts(agreementWith("GENERATOR-BOUND", {}))) {
    expect(text).toContain("50 ms");
    expect(text).toContain("40 ms");
    expect(text).not.toMatch(/[+−][\d.]+ %/);
    expect(text.split(reason)).toHaveLength(2);
  }
});

test("an error against any other run is printed, without that reason", () => {
  for (const text of texts(agreementWith("VALID", { error: -0.2 }))) {
    expect(text).toContain("−20 %");
    expect(text).not.toContain(reason);
  }
});

test.each([
  [0.0004, "0 %"],
  [-0.0004, "0 %"],
  [0.001, "+0.1 %"],
  [-0.001, "−0.1 %"],
])("an error of %f has a sign only where something is left of it: %s", (error, expected) => {
  for (const text of texts(agreementWith("VALID", { error }))) {
    expect(text).toMatch(new RegExp(`[ |]${expected.replace("+", "\\+")}`));
  }
});

test("sentences keep to the terminal's width", () => {
  const agreement = agreementWith("GENERATOR-BOUND", {});
  const wordy = { ...agreement, verdict: { ...agreement.verdict, sentence: "No verdict. ".repeat(20) } };
  const capacity: Agreement["capacity"] = [
    {
      users: 1_000_000,
      ratio: { value: 1.2, low: 1.1, high: 1.3 },
      servers: { old: 10, new: 12 },
      binding: { old: "CPU", new: "CPU" },
      byConstraint: {},
      sentence: "New needs more servers, decided by CPU: a request of new takes longer. ".repeat(3),
    },
  ];
  const lines = renderAgreement({ ...wordy, capacity }, { colour: false, widthColumns: 70 }).split("\n");
  expect(lines.filter((line) => line.includes("verdict"))).not.toHaveLength(1);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(70);
});
