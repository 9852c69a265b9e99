import { fork, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { perVersion } from "../../src/base/version.ts";
import type { ComparePlan } from "../../src/scenario/compare-plan.ts";
import { defaultSplitterLimits } from "../../src/splitter/limits.ts";
import type { FromSplitter, SplitterConfig, SplitterStats, ToSplitter } from "../../src/splitter/messages.ts";
import { endProgram, freePort, untilListening } from "../../test/splitter/programs.ts";
import { haproxyWeights, nginxMirror, nginxSplit, nginxUpstream, type Ports } from "./configs.ts";

export type { Ports } from "./configs.ts";

export type Peer = {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
};
export type PeerName =
  | "nginx-split"
  | "haproxy-weights"
  | "nginx-mirror"
  | "node-http"
  | "twinlane-split"
  | "twinlane-large-heap"
  | "twinlane-mirror"
  | "twinlane-compare";

const largeHeap = ["--max-semi-space-size=64", "--min-semi-space-size=64"];
const binaries = { nginx: "/usr/sbin/nginx", haproxy: "/usr/sbin/haproxy" };

/** Why a peer can't be measured on this machine, or undefined. */
export function missing(name: PeerName): string | undefined {
  const binary = name.startsWith("nginx")
    ? binaries.nginx
    : name.startsWith("haproxy")
      ? binaries.haproxy
      : undefined;
  return binary === undefined || existsSync(binary) ? undefined : `${binary} is not installed`;
}

/** Starts one proxy before the two upstream ports. */
export async function startPeer(
  name: PeerName,
  upstream: Omit<Ports, "listen">,
  directory: string,
): Promise<Peer> {
  if (name === "twinlane-split")
    return startSplitter(name, upstream, { newPerMillion: 100_000, mirrors: false });
  if (name === "twinlane-large-heap")
    return startSplitter(name, upstream, { newPerMillion: 100_000, mirrors: false, nodeFlags: largeHeap });
  if (name === "twinlane-mirror") return startSplitter(name, upstream, { newPerMillion: 0, mirrors: true });
  if (name === "twinlane-compare")
    return startSplitter(name, upstream, { newPerMillion: 0, mirrors: false, compares: true });
  const ports = { ...upstream, listen: await freePort() };
  const own = `${directory}/${name}`;
  mkdirSync(own, { recursive: true });
  switch (name) {
    case "nginx-split":
      return startBinary(name, ports.listen, nginxCommand(own, nginxSplit(own, ports)));
    case "nginx-mirror":
      return startBinary(name, ports.listen, nginxCommand(own, nginxMirror(own, ports)));
    case "haproxy-weights":
      writeFileSync(`${own}/conf`, haproxyWeights(ports));
      return startHaproxy(name, ports.listen, `${own}/conf`);
    case "node-http": {
      const script = new URL("./plain-proxy.ts", import.meta.url).pathname;
      const args = [ports.listen, ports.old, ports.new].map(String);
      return startBinary(name, ports.listen, [process.execPath, script, ...args]);
    }
  }
}

/** The service behind them all. */
export async function startUpstream(
  directory: string,
): Promise<Peer & { readonly ports: Omit<Ports, "listen"> }> {
  const ports = { old: await freePort(), new: await freePort(), listen: 0 };
  const own = `${directory}/upstream`;
  mkdirSync(own, { recursive: true });
  const peer = await startBinary("upstream", ports.old, nginxCommand(own, nginxUpstream(own, ports)));
  return { ...peer, ports };
}

function nginxCommand(directory: string, config: string): readonly string[] {
  writeFileSync(`${directory}/conf`, config);
  return [binaries.nginx, "-c", `${directory}/conf`, "-e", `${directory}/error.log`];
}

/** By its configuration file, which says the same port. */
export function startHaproxy(name: string, port: number, config: string): Promise<Peer> {
  return startBinary(name, port, [binaries.haproxy, "-f", config]);
}

async function startBinary(name: string, port: number, command: readonly string[]): Promise<Peer> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { stdio: ["ignore", "ignore", "inherit"] });
  await untilListening(port);
  return { name, port, pid: child.pid ?? 0, stop: () => endProgram(child) };
}

/** Every answer is compared, with the one that a copy gets. */
const comparePlan: ComparePlan = {
  perMillion: 1_000_000,
  methods: ["GET"],
  writes: "never",
  deadlineMs: 2000,
  maxInFlight: 128,
  maxBodyBytes: 65_536,
  rules: { ignore: [], unordered: [], tolerances: [], headers: ["content-type"] },
  noise: "none",
  thresholds: { relative: 0.2, absolute: 0.0003 },
  maxMismatch: undefined,
  webhook: undefined,
};

export type SplitterPeer = Peer & {
  /** Of every second so far. */
  readonly stats: readonly SplitterStats[];
  tell(message: ToSplitter): void;
};

export type SplitterChoices = {
  readonly newPerMillion: number;
  readonly mirrors: boolean;
  readonly compares?: boolean;
  readonly nodeFlags?: readonly string[];
};

/** Ours, as a process of its own. */
export async function startSplitter(
  name: string,
  upstream: Omit<Ports, "listen">,
  { newPerMillion, mirrors, compares = false, nodeFlags = [] }: SplitterChoices,
): Promise<SplitterPeer> {
  const entry = new URL("../../src/splitter/main.ts", import.meta.url);
  const child = fork(entry, { stdio: "inherit", execArgv: [...nodeFlags], serialization: "advanced" });
  const stats: SplitterStats[] = [];
  const mirror = {
    to: "new",
    perMillion: 1_000_000,
    methods: ["GET"],
    deadlineMs: 2000,
    maxInFlight: 128,
    maxBodyBytes: 65_536,
  } as const;
  const config: SplitterConfig = {
    listen: { host: "127.0.0.1", port: 0 },
    upstreams: { old: [`http://127.0.0.1:${upstream.old}`], new: [`http://127.0.0.1:${upstream.new}`] },
    split: {
      seed: 1,
      newPerMillion,
      by: "request",
      userKey: { kind: "header", name: "x-user-id" },
      flags: [],
    },
    mirror: mirrors ? mirror : undefined,
    compare: compares ? { plan: comparePlan, endpoints: [] } : undefined,
    health: perVersion(() => ({
      path: "/health",
      intervalMs: 1000,
      timeoutMs: 1000,
      unhealthyAfter: 3,
      healthyAfter: 1,
    })),
    admin: { host: "127.0.0.1", port: 0, token: "bench" },
    limits: defaultSplitterLimits,
  };
  const port = await new Promise<number>((resolve, reject) => {
    child.on("message", (message: FromSplitter) => {
      if (message.type === "listening") resolve(message.port);
      if (message.type === "failed") reject(new Error(message.sentence));
      if (message.type === "stats") stats.push(message);
    });
    child.send({ type: "start", config } satisfies ToSplitter);
  });
  return {
    name,
    port,
    pid: child.pid ?? 0,
    stats,
    tell: (message) => child.send(message),
    stop: () => endProgram(child),
  };
}
