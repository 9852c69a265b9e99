import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { mismatchAlert, resolveWebhook } from "../../src/measure/mismatch-alert.ts";
import type { RunPlan } from "../../src/scenario/plan.ts";
import type { CompareReport } from "../../src/splitter/comparing/compare-report.ts";
import { planText } from "../scenario/scenario-text.ts";

function planWith(webhook: string): RunPlan {
  return planText(
    `{ name: alert, workload: { ratePerSecond: 1 }, compare: { maxMismatch: 1%, webhook: "${webhook}" } }`,
  );
}

function reportOf(compared: number, mismatched: number): CompareReport {
  const overload = { compared: 0, different: 0 };
  const mismatchShare = mismatched / compared;
  const counts = { wanted: compared, compared, mismatched, mismatchShare, overload, notCompared: {} };
  return { ...counts, noise: "none", endpoints: [], fields: [], leftOut: { endpoints: 0, fields: 0 } };
}

async function startHook(status: number) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(status).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { bodies, url, stop: () => server.close() };
}

test("the alarm is raised once, above the limit and with enough answers", async () => {
  const hook = await startHook(204);
  const plan = planWith(hook.url);
  const told: string[] = [];
  const alert = mismatchAlert(plan, await resolveWebhook(plan, []), (kind, message) =>
    told.push(`${kind}: ${message}`),
  );
  for (const [compared, mismatched] of [
    [99, 99],
    [1000, 10],
    [1000, 11],
    [2000, 900],
  ] as const) {
    alert.take(reportOf(compared, mismatched));
  }
  await alert.settle();
  hook.stop();
  expect(told).toEqual([
    "mismatch: new answers otherwise than old: 11 of 1,000 compared (1.1 %), allowed 1 %",
  ]);
  expect(hook.bodies.map((body) => JSON.parse(body))).toMatchObject([
    { kind: "mismatch", scenario: "alert", compared: 1000, mismatched: 11 },
  ]);
});

test("a webhook that refuses or isn't there is told of, and nothing else happens", async () => {
  const hook = await startHook(500);
  for (const [url, reason] of [
    [hook.url, /the webhook answered 500/],
    ["http://127.0.0.1:1/", /can't be reached/],
  ] as const) {
    const told: string[] = [];
    const alert = mismatchAlert(planWith(url), url, (kind, message) => told.push(`${kind}: ${message}`));
    alert.take(reportOf(1000, 500));
    await alert.settle();
    expect(told[1]).toMatch(/^alert-failed: /);
    expect(told[1]).toMatch(reason);
  }
  hook.stop();
});

test.each(["http://192.0.2.1/hook", "http://169.254.169.254/latest"])("%s is refused", async (url) => {
  await expect(resolveWebhook(planWith(url), [])).rejects.toMatchObject({ code: "target-not-allowed" });
});
