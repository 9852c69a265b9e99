import { once } from "node:events";
import net from "node:net";
import { median, p99, pacedLoad } from "./paced-load.ts";
import { freePort, type Peer, startSlowService, startSplitter } from "./peers.ts";

const load = { ratePerSecond: 1000, seconds: 3, connections: 32 };
const rounds = 7;
const slowMs = 300;

type Case = "off" | "hung" | "dead" | "slow";

export type MirrorHarm = { readonly [name in Case]: number } & { readonly failed: number };

/**
 * The p99, in ms, of requests at a fixed rate through a splitter without a mirror, and with one whose target never
 * answers, refuses connections, or answers late: the medians of several rounds, taken in turn.
 */
export async function mirrorHarmP99Ms(oldPort: number): Promise<MirrorHarm> {
  const hung = net
    .createServer((socket) => socket.on("error", () => undefined).resume())
    .listen(0, "127.0.0.1");
  await once(hung, "listening");
  const slow = await startSlowService(slowMs);
  const targets: { readonly [name in Case]: number | undefined } = {
    off: undefined,
    hung: (hung.address() as net.AddressInfo).port,
    dead: await freePort(),
    slow: slow.port,
  };
  const peers: [Case, Peer][] = [];
  for (const [name, port] of Object.entries(targets) as [Case, number | undefined][]) {
    const ports = { old: oldPort, new: port ?? oldPort };
    const choices = { newPerMillion: 0, mirrors: port !== undefined };
    peers.push([name, await startSplitter(`mirror-${name}`, ports, choices)]);
  }
  const all: Record<Case, number[]> = { off: [], hung: [], dead: [], slow: [] };
  let failed = 0;
  for (let round = -1; round < rounds; round++) {
    for (const [name, { port }] of peers) {
      const result = await pacedLoad({ ...load, port });
      failed += result.failures;
      if (round >= 0) all[name].push(p99(result));
    }
  }
  for (const [, peer] of peers) await peer.stop();
  await slow.stop();
  hung.close();
  return {
    off: median(all.off),
    hung: median(all.hung),
    dead: median(all.dead),
    slow: median(all.slow),
    failed,
  };
}
