import { once } from "node:events";
import net from "node:net";
import { freePort } from "../../test/splitter/programs.ts";
import { keepOnCore, loadCore, proxyCore } from "./cores.ts";
import { type Peer, startSlowService, startSplitter } from "./peers.ts";
import { median, steadyLoad } from "./steady-load.ts";

const load = { ratePerSecond: 1000, seconds: 3, connections: 32 };
/** At this rate a splitter's code is compiled before anything is measured. */
const warmUp = { ratePerSecond: 1500, seconds: 5, connections: 32 };
const rounds = 7;
/** Of the service behind the primary requests, and of the slow target of copies. */
const primaryMs = 20;
const slowMs = 300;

const cases = ["off", "hung", "dead", "slow"] as const;
type Case = (typeof cases)[number];

export type MirrorHarm = {
  /** The primary answers at once. */
  readonly instantP99Ms: Readonly<Record<Case, number>>;
  /** The primary answers after 20 ms. */
  readonly workingP99Ms: Readonly<Record<Case, number>>;
  readonly failed: number;
};

/**
 * The p99, in ms, of requests at a fixed rate through a splitter without a mirror, and with one whose target never
 * answers, refuses connections, or answers late: the medians of several rounds, taken in turn.
 */
export async function mirrorHarm(oldPort: number, directory: string): Promise<MirrorHarm> {
  const hung = net
    .createServer((socket) => socket.on("error", () => undefined).resume())
    .listen(0, "127.0.0.1");
  await once(hung, "listening");
  const [slow, working] = [await startSlowService(slowMs), await startSlowService(primaryMs)];
  for (const { pid } of [slow, working]) keepOnCore(pid, loadCore);
  const targets: Readonly<Record<Case, number | undefined>> = {
    off: undefined,
    hung: (hung.address() as net.AddressInfo).port,
    dead: await freePort(),
    slow: slow.port,
  };
  try {
    const instant = await measureInTurn(oldPort, targets, directory);
    const late = await measureInTurn(working.port, targets, directory);
    return { instantP99Ms: instant.p99Ms, workingP99Ms: late.p99Ms, failed: instant.failed + late.failed };
  } finally {
    await slow.stop();
    await working.stop();
    hung.close();
  }
}

async function measureInTurn(
  primaryPort: number,
  targets: Readonly<Record<Case, number | undefined>>,
  directory: string,
): Promise<{ readonly p99Ms: Record<Case, number>; readonly failed: number }> {
  const peers: [Case, Peer][] = [];
  for (const name of cases) {
    const target = targets[name];
    const ports = { old: primaryPort, new: target ?? primaryPort };
    const peer = await startSplitter(`mirror-${name}`, ports, {
      newPerMillion: 0,
      mirrors: target !== undefined,
    });
    keepOnCore(peer.pid, proxyCore);
    peers.push([name, peer]);
  }
  const all: Record<Case, number[]> = { off: [], hung: [], dead: [], slow: [] };
  let failed = 0;
  for (const [, { port }] of peers) steadyLoad({ ...warmUp, port, directory });
  for (let round = 0; round < rounds; round++) {
    for (const [name, { port }] of peers) {
      const result = steadyLoad({ ...load, port, directory });
      failed += result.failed;
      all[name].push(result.p99Ms);
    }
  }
  for (const [, peer] of peers) await peer.stop();
  const p99Ms = {
    off: median(all.off),
    hung: median(all.hung),
    dead: median(all.dead),
    slow: median(all.slow),
  };
  return { p99Ms, failed };
}
