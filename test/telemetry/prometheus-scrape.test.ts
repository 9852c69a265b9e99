import { spawnSync } from "node:child_process";
import http from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type ComparePlan, planCompare } from "../../src/scenario/compare-plan.ts";
import { compareSection } from "../../src/scenario/compare-schema.ts";
import { startAdmin } from "../../src/splitter/admin.ts";
import {
  answersWith,
  eventually,
  type RawUpstream,
  splitPlan,
  startRawUpstream,
  startRig,
} from "../splitter/rig.ts";
import { filledIn, queriesOf, readDashboard } from "./dashboard.ts";
import { startPrometheus, whyNoPrometheus } from "./prometheus-server.ts";

const token = "a-token-of-this-test";
const missing = whyNoPrometheus();

async function upstream(answer: string): Promise<RawUpstream> {
  const started = await startRawUpstream(answersWith(`HTTP/1.1 ${answer}\r\nContent-Length: 0\r\n\r\n`));
  onTestFinished(() => started.stop());
  return started;
}

/** A splitter between two upstreams, the header decides; every GET for old is copied to new. */
async function startTarget(compare?: ComparePlan) {
  const broken = compare === undefined ? "503 Service Unavailable" : "500 Internal Server Error";
  const [old, newer] = [await upstream("200 OK"), await upstream(broken)];
  const rig = await startRig({
    upstreams: { old: [old.url], new: [newer.url] },
    split: {
      ...splitPlan,
      newPerMillion: 250_000,
      flags: [
        { header: "x-to", equals: "old", to: "old", userShare: 0 },
        { header: "x-to", equals: "new", to: "new", userShare: 0 },
      ],
    },
    mirror: {
      to: "new",
      perMillion: 1e6,
      methods: ["GET"],
      deadlineMs: 10_000,
      maxInFlight: 64,
      maxBodyBytes: 1000,
    },
    compare: compare && { plan: compare, endpoints: [] },
  });
  onTestFinished(() => rig.stop());
  const admin = await startAdmin({ host: "127.0.0.1", port: 0, token }, rig.splitter);
  onTestFinished(() => admin.stop());
  return { rig, admin };
}

async function send(port: number, to: "old" | "new", times: number): Promise<void> {
  const agent = new http.Agent({ keepAlive: true });
  for (let i = 0; i < times; i++) {
    await new Promise<void>((resolve, reject) => {
      const request = http.get({ port, host: "127.0.0.1", agent, headers: { "x-to": to } }, (response) =>
        response.resume().once("end", resolve),
      );
      request.once("error", reject);
    });
  }
  agent.destroy();
}

describe.skipIf(missing !== undefined)(
  `a real Prometheus${missing === undefined ? "" : `: ${missing}`}`,
  () => {
    test("that scrapes the splitter under load knows what each version was sent", async () => {
      const { rig, admin } = await startTarget();
      const prometheus = await startPrometheus({ port: admin.port, token });
      await Promise.all([send(rig.splitter.port, "old", 60), send(rig.splitter.port, "new", 25)]);
      await eventually(() => rig.splitter.counters.sums().mirror.answered === 60);

      const values = async (name: string, label = "twinlane_version") => {
        const samples = await prometheus.query(name);
        return Object.fromEntries(samples.map(({ labels, value }) => [labels[label], value]));
      };
      await vi.waitFor(
        async () => {
          expect(await values("twinlane_requests_received_total")).toEqual({ old: 60, new: 25 });
          expect(await values("twinlane_request_duration_seconds_count")).toEqual({ old: 60, new: 25 });
          expect((await values("twinlane_mirrored_total", "twinlane_outcome"))["answered"]).toBe(60);
        },
        { timeout: 20_000, interval: 100 },
      );
      expect(await values('twinlane_requests_answered_total{twinlane_status="2xx"}')).toEqual({
        old: 60,
        new: 0,
      });
      expect(await values('twinlane_requests_answered_total{twinlane_status="5xx"}')).toEqual({
        old: 0,
        new: 25,
      });
      expect(await values("twinlane_split_weight_ratio")).toEqual({ old: 0.75, new: 0.25 });
      expect(await values("twinlane_requests_in_flight")).toEqual({ old: 0, new: 0 });
      expect(await values("sum by (twinlane_version) (twinlane_requests_failed_total)")).toEqual({
        old: 0,
        new: 0,
      });
      expect((await prometheus.query("up")).map(({ value }) => value)).toEqual([1]);
    });

    test("understands every query of the dashboard, and finds series for those of the splitter", async () => {
      const { rig, admin } = await startTarget(planCompare(compareSection.parse({ noise: "none" })));
      const prometheus = await startPrometheus({ port: admin.port, token });
      await send(rig.splitter.port, "old", 5);
      await vi.waitFor(async () =>
        expect(await rig.splitter.compareReport?.()).toMatchObject({ compared: 5 }),
      );
      // A rate needs two scrapes.
      await vi.waitFor(
        async () => {
          const rates = await prometheus.query("rate(twinlane_requests_received_total[1m])");
          expect(rates.length).toBe(2);
        },
        { timeout: 20_000, interval: 100 },
      );
      for (const query of queriesOf(readDashboard())) {
        const found = await prometheus.query(filledIn(query));
        const isOfLoad = /http_client_|twinlane_client_/.test(query);
        const isFiltered = query.includes("> 0");
        if (!isOfLoad && !isFiltered) expect(found.length, query).toBeGreaterThan(0);
      }
      const page = await prometheus.query("twinlane_mismatched / twinlane_compared_total");
      expect(page.map(({ labels, value }) => [labels["twinlane_endpoint"], value])).toEqual([["GET /", 1]]);
      const kinds = await prometheus.query("twinlane_mismatches > 0");
      expect(kinds.map(({ labels, value }) => [labels["twinlane_difference"], value])).toEqual([
        ["value", 5],
      ]);
    });

    test("has nothing to say against the page", async () => {
      const { admin } = await startTarget();
      const page = await fetch(`http://127.0.0.1:${admin.port}/metrics`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const checked = spawnSync("promtool", ["check", "metrics"], {
        input: await page.text(),
        encoding: "utf8",
      });
      expect({ status: checked.status, said: checked.stdout + checked.stderr }).toEqual({
        status: 0,
        said: "",
      });
    });
  },
);
