import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { start, temporaryDirectory, twinlane } from "./twinlane.ts";

test("SIGHUP puts a fresh splitter process in the place of the running one, at the same address", async () => {
  const file = join(temporaryDirectory(), "s.yaml");
  writeFileSync(file, "name: standing\nworkload: { ratePerSecond: 1/s }\n");
  const { child, ended, shows } = start(["split", file, "--listen", "127.0.0.1:0"]);
  let out = "";
  child.stdout?.on("data", (chunk) => {
    out += chunk;
  });
  await shows("/split");
  const url = /Splitting at (http:\S+);/.exec(out)?.[1] ?? "";
  expect((await fetch(`${url}/x`)).status).toBe(200);
  child.kill("SIGHUP");
  await shows("a fresh splitter process has taken over");
  expect((await fetch(`${url}/x`)).status).toBe(200);
  child.kill("SIGTERM");
  expect((await ended).exitCode).toBe(0);
}, 60_000);

test.each(["split", "mock"])("%s refuses what only a run puts behind the services", async (command) => {
  const file = join(temporaryDirectory(), "s.yaml");
  const behind = "services: { second: {} }\nstores: { queue: {} }\n";
  writeFileSync(file, `name: behind\nworkload: { ratePerSecond: 1/s }\n${behind}`);
  const { exitCode, stderr } = await twinlane(command, file, "--listen", "127.0.0.1:0");
  expect(exitCode).toBe(104);
  expect(stderr).toContain("services.second and stores.queue");
});
