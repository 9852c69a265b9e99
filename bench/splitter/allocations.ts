import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chooseInspector, type Inspected, inspect } from "./inspected.ts";
import { pacedLoad } from "./paced-load.ts";
import { type Ports, type SplitterChoices, startSplitter, startUpstream } from "./peers.ts";

/** `node bench/splitter/allocations.ts` prints which functions allocate, by case, as well. */

const load = { ratePerSecond: 5000, seconds: 6, connections: 64 };
const requests = load.ratePerSecond * load.seconds;
/** Copies and comparisons end a little after the answers. */
const settleMs = 500;
const maxSites = 30;

const cases = {
  split: { newPerMillion: 100_000, mirrors: false },
  mirror: { newPerMillion: 0, mirrors: true },
  compare: { newPerMillion: 0, mirrors: false, compares: true },
} as const satisfies Record<string, SplitterChoices>;
type Case = keyof typeof cases;

/** What is known of a warm splitter, whose code is compiled, at the port `port`. */
type Look<Found> = (splitter: Inspected, port: number) => Promise<Found>;

/** On V8's heap, by the thread that serves requests, with what that thread allocates besides in that time. */
export const allocatedBytesPerRequest = (upstream: Omit<Ports, "listen">): Promise<Record<Case, number>> =>
  inEachCase(upstream, async (splitter, port) => {
    const before = await splitter.allocatedBytes();
    await loadOnce(port);
    return Math.round(((await splitter.allocatedBytes()) - before) / requests);
  });

/** Per request and function, the bytes of what it and what was compiled into it allocates. */
const sites = (upstream: Omit<Ports, "listen">): Promise<Record<Case, readonly string[]>> =>
  inEachCase(upstream, async (splitter, port) => {
    await splitter.startSampling();
    await loadOnce(port);
    const found = await splitter.stopSampling();
    return found.slice(0, maxSites).map(({ site, bytes }) => `${Math.round(bytes / requests)} ${site}`);
  });

async function inEachCase<Found>(
  upstream: Omit<Ports, "listen">,
  look: Look<Found>,
): Promise<Record<Case, Found>> {
  return {
    split: await inCase("split", upstream, look),
    mirror: await inCase("mirror", upstream, look),
    compare: await inCase("compare", upstream, look),
  };
}

async function inCase<Found>(name: Case, upstream: Omit<Ports, "listen">, look: Look<Found>): Promise<Found> {
  const { port: inspectorPort, nodeFlags } = await chooseInspector();
  const { port, stop } = await startSplitter(`allocations-${name}`, upstream, { ...cases[name], nodeFlags });
  const splitter = await inspect(inspectorPort);
  try {
    await loadOnce(port);
    return await look(splitter, port);
  } finally {
    splitter.close();
    await stop();
  }
}

async function loadOnce(port: number): Promise<void> {
  const { failures } = await pacedLoad({ ...load, port });
  if (failures > 0) throw new Error(`${failures} of ${requests} requests failed`);
  await wait(settleMs);
}

if (import.meta.main) {
  const directory = mkdtempSync(path.join(os.tmpdir(), "twinlane-allocations-"));
  const upstream = await startUpstream(directory);
  try {
    const found = {
      allocatedBytesPerRequest: await allocatedBytesPerRequest(upstream.ports),
      sites: await sites(upstream.ports),
    };
    console.log(JSON.stringify(found, undefined, 2));
  } finally {
    await upstream.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
