import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { chooseEngine } from "../../../src/measure/engines/choose-engine.ts";
import { closedLoad, driverPlan, type PlanChoices } from "./driver-plan.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)("over TLS", () => {
  const directory = mkdtempSync(join(tmpdir(), "twinlane-tls-"));
  let server: Server;
  let certificate: string;
  beforeAll(async () => {
    certificate = makeCertificate(directory);
    server = createServer({ cert: certificate, key: readFileSync(join(directory, "key.pem")) }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });

  const engines: readonly (readonly [string, PlanChoices])[] = [
    ["open loop", {}],
    ["closed users", { load: closedLoad(5, 20) }],
  ];

  test.each(engines)("%s: every request is answered on a trusted connection", async (_name, choices) => {
    const engine = engineFor(choices, { servername: "localhost", ca: certificate });
    await engine.prepare();
    const totals = await engine.run(systemClock.nowMs() + 20);
    expect(totals.counts.completed).toBeGreaterThan(20);
    expect(totals.counts.completed).toBe(totals.due);
  });

  test.each(engines)("%s: a certificate that nobody vouches for is refused", async (_name, choices) => {
    const engine = engineFor(choices, { servername: "localhost" });
    await expect(engine.prepare()).rejects.toThrow(/no connection to 127\.0\.0\.1:\d+: tls/);
  });

  function engineFor(choices: PlanChoices, tls: { readonly servername: string; readonly ca?: string }) {
    return chooseEngine({
      plan: driverPlan(choices),
      target: { host: "127.0.0.1", port: (server.address() as AddressInfo).port, tls },
      driver: 0,
      of: 1,
      inputs: { readColumn: () => [], trace: [] },
      sink: { due: () => undefined, record: () => undefined },
    });
  }
});

function makeCertificate(directory: string): string {
  const certificate = join(directory, "certificate.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", join(directory, "key.pem"), "-out", certificate];
  const made = spawnSync("openssl", ["req", "-x509", "-days", "2", ...key, ...subject, ...files]);
  expect(made.status, made.stderr.toString()).toBe(0);
  return readFileSync(certificate, "utf8");
}
