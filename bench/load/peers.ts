import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** One round of closed-loop load: what came through, and the CPU that the tool itself took for it. */
export type Round = {
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** Within those seconds. */
  readonly cpuSeconds: number;
  /** With starting and warming up. */
  readonly allCpuSeconds: number;
};

export type PeerLoad = { readonly port: number; readonly connections: number; readonly seconds: number };

type Peer = {
  readonly command: string;
  readonly arguments: (load: PeerLoad) => readonly string[];
  /** Requests per second in what it prints. */
  readonly rate: RegExp;
};

const url = (port: number) => `http://127.0.0.1:${port}/items/1`;

/** Each on one thread, with kept-alive connections and no pipelining. */
export const peers: Readonly<Record<string, Peer>> = {
  wrk: {
    command: "wrk",
    arguments: ({ port, connections, seconds }) => ["-t1", `-c${connections}`, `-d${seconds}`, url(port)],
    rate: /Requests\/sec:\s+([\d.]+)/,
  },
  wrk2: {
    command: "wrk2",
    // It wants a rate; one that no server reaches keeps every connection busy.
    arguments: ({ port, connections, seconds }) => [
      ...["-t1", `-c${connections}`, `-d${seconds}`, "-R10000000"],
      url(port),
    ],
    rate: /Requests\/sec:\s+([\d.]+)/,
  },
  autocannon: {
    command: fileURLToPath(new URL("../../node_modules/.bin/autocannon", import.meta.url)),
    arguments: ({ port, connections, seconds }) => [
      ...["-c", String(connections), "-d", String(seconds), "--json", "--no-progress"],
      url(port),
    ],
    rate: /"requests":\{"average":([\d.]+)/,
  },
  hey: {
    command: "hey",
    arguments: ({ port, connections, seconds }) => [
      ...["-cpus", "1", "-c", String(connections), "-z", `${seconds}s`],
      url(port),
    ],
    rate: /Requests\/sec:\s+([\d.]+)/,
  },
  ab: {
    command: "ab",
    arguments: ({ port, connections, seconds }) => [
      ...["-k", "-q", "-c", String(connections), "-t", String(seconds), "-n", "100000000"],
      url(port),
    ],
    rate: /Requests per second:\s+([\d.]+)/,
  },
  h2load: {
    command: "h2load",
    arguments: ({ port, connections, seconds }) => [
      ...["--h1", "-t1", "-m1", "-c", String(connections), "-D", String(seconds)],
      url(port),
    ],
    rate: /([\d.]+) req\/s/,
  },
};

export function isInstalled(name: string): boolean {
  const command = peers[name]?.command ?? "";
  return spawnSync("which", [command]).status === 0;
}

/** @throws when the tool fails, or prints no rate */
export async function runPeer(name: string, load: PeerLoad): Promise<Round> {
  const peer = peers[name];
  if (peer === undefined) throw new Error(`no peer ${name}`);
  // The shell's `time` gives the CPU of the tool with all its threads.
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
  const child = spawn("bash", ["-c", script, "bash", peer.command, ...peer.arguments(load)]);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk));
  await once(child, "close");
  const rate = peer.rate.exec(output)?.[1];
  const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(errors);
  if (rate === undefined || cpu === null) throw new Error(`${name} printed no rate: ${output}${errors}`);
  return {
    ratePerSecond: Number(rate),
    cpuSeconds: Number(cpu[1]) + Number(cpu[2]),
    allCpuSeconds: Number(cpu[1]) + Number(cpu[2]),
    seconds: load.seconds,
  };
}
