import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../test/splitter/programs.ts";
import { keepOnCore, loadCore, proxyCore } from "./cores.ts";
import { neverMs, startDelayingService } from "./delaying-service.ts";
import { type PairedRatio, pairedRatio, type Slice } from "./paired-slices.ts";
import { type SplitterPeer, startSplitter } from "./peers.ts";
import { steadyRequests, type TimedRequest } from "./steady-load.ts";

const load = { ratePerSecond: 2000, connections: 32 };
/** At this rate a splitter's code is compiled before anything is measured. */
const warmUp = { ratePerSecond: 8000, connections: 32, seconds: 4 };
/** Copies are sent in every second slice. */
const slices = 24;
const sliceMs = 1500;
/** At the start of a slice; copies of the slice before are still under way. */
const leftOutMs = 500;
/** Of the service behind the primary requests, and of the slow target of copies. */
const primaryMs = 20;
const slowMs = 300;

const targetNames = ["hung", "dead", "slow"] as const;
type TargetName = (typeof targetNames)[number];

export type MirrorHarm = {
  /** The primary answers at once. */
  readonly instant: Readonly<Record<TargetName, PairedRatio>>;
  /** The primary answers after 20 ms. */
  readonly working: Readonly<Record<TargetName, PairedRatio>>;
  readonly failed: number;
};

/**
 * What a mirror whose target never answers, refuses connections, or answers late does to the p99 of users at a
 * fixed rate. Copies are switched on and off in one run of one splitter, so that nothing else differs.
 */
export async function mirrorHarm(instantPort: number, directory: string): Promise<MirrorHarm> {
  const [hung, slow, working] = [
    await startDelayingService(neverMs, directory),
    await startDelayingService(slowMs, directory),
    await startDelayingService(primaryMs, directory),
  ];
  for (const { pid } of [hung, slow, working]) keepOnCore(pid, loadCore);
  const targets = { hung: hung.port, dead: await freePort(), slow: slow.port };
  let failed = 0;
  const ofTargets = async (primaryPort: number) => {
    const ratios: [TargetName, PairedRatio][] = [];
    for (const name of targetNames) {
      const { requests, off, on } = await switchedLoad(primaryPort, targets[name], directory);
      failed += requests.filter(({ status }) => status !== 200).length;
      ratios.push([name, pairedRatio(requests, off, on)]);
    }
    return Object.fromEntries(ratios) as Record<TargetName, PairedRatio>;
  };
  try {
    const [instant, late] = [await ofTargets(instantPort), await ofTargets(working.port)];
    return { instant, working: late, failed };
  } finally {
    for (const service of [hung, slow, working]) await service.stop();
  }
}

type SwitchedLoad = {
  readonly requests: readonly TimedRequest[];
  readonly off: readonly Slice[];
  readonly on: readonly Slice[];
};

async function switchedLoad(primary: number, target: number, directory: string): Promise<SwitchedLoad> {
  const ports = { old: primary, new: target };
  const splitter = await startSplitter("mirror", ports, { newPerMillion: 0, mirrors: true });
  keepOnCore(splitter.pid, proxyCore);
  try {
    const { port } = splitter;
    await steadyRequests({ ...warmUp, port, directory });
    const seconds = Math.ceil((slices * sliceMs) / 1000) + 2;
    const loading = steadyRequests({ ...load, seconds, port, directory });
    await sleep(1500); // until the load is steady
    const turns = { off: [] as Slice[], on: [] as Slice[] };
    for (let index = 0; index < slices; index++) {
      const isOn = index % 2 === 1;
      setMirror(splitter, isOn ? 1_000_000 : 0);
      const startMs = Date.now();
      await sleep(sliceMs);
      turns[isOn ? "on" : "off"].push({ fromMs: startMs + leftOutMs, toMs: Date.now() });
    }
    return { requests: await loading, ...turns };
  } finally {
    await splitter.stop();
  }
}

function setMirror({ tell }: SplitterPeer, mirrorPerMillion: number): void {
  tell({ type: "set-split", newPerMillion: 0, mirrorPerMillion, caller: "bench", reason: "in turn" });
}
