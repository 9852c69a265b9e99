import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryDirectory } from "../cli/twinlane.ts";

export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

export type PrometheusServer = { query(expression: string): Promise<readonly Sample[]> };

/** Why the tests with a real Prometheus can't run on this machine; undefined when they can. */
export function whyNoPrometheus(): string | undefined {
  const found = ["prometheus", "promtool"].filter((name) => spawnSync(name, ["--version"]).status === 0);
  return found.length === 2
    ? undefined
    : "no prometheus and promtool on the PATH (Debian: apt-get install prometheus)";
}

/** A Prometheus of this test's own that scrapes one target; ended with the test. */
export async function startPrometheus(target: {
  readonly port: number;
  readonly token: string;
}): Promise<PrometheusServer> {
  const directory = temporaryDirectory();
  const file = join(directory, "prometheus.yml");
  writeFileSync(
    file,
    JSON.stringify({
      global: { scrape_interval: "200ms", scrape_timeout: "200ms" },
      scrape_configs: [
        {
          job_name: "twinlane",
          authorization: { type: "Bearer", credentials: target.token },
          static_configs: [{ targets: [`127.0.0.1:${target.port}`] }],
        },
      ],
    }),
  );
  const child = spawn(
    "prometheus",
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, "data")}`,
      "--web.listen-address=127.0.0.1:0",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let log = "";
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (piece) => {
      log += piece;
      const found = /msg="Listening on" address=(\S+)/.exec(log)?.[1];
      if (found !== undefined && log.includes("ready to receive web requests")) resolve(found);
    });
    void ended.then(() => reject(new Error(`prometheus ended early: ${log}`)));
  });
  return {
    async query(expression) {
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const answer = (await (await fetch(url)).json()) as QueryAnswer;
      if (answer.status !== "success") throw new Error(`${expression}: ${answer.error}`);
      return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
  };
}

type QueryAnswer =
  | { status: "error"; error: string }
  | { status: "success"; data: { result: { metric: Record<string, string>; value: [number, string] }[] } };
