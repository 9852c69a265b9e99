import { once } from "node:events";
import { freePort } from "../../test/splitter/programs.ts";

/** Bytes that were allocated by one function itself, by V8's sampling heap profiler. */
export type AllocationSite = { readonly site: string; readonly bytes: number };

/** A Node process seen through its inspector. */
export type Inspected = {
  /** Ever allocated on V8's heap by the main thread. */
  allocatedBytes(): Promise<number>;
  startSampling(): Promise<void>;
  /** What was allocated since, by function, the largest first; garbage is counted too. */
  stopSampling(): Promise<readonly AllocationSite[]>;
  close(): void;
};

export type InspectorChoice = { readonly port: number; readonly nodeFlags: readonly string[] };

const samplingIntervalBytes = 4096;
/** How deep a stack is kept; what lies above counts for nothing here. */
const stackDepth = 32;

/** The flags under which a process of Node opens its inspector, and where; nothing is printed. */
export async function chooseInspector(): Promise<InspectorChoice> {
  const port = await freePort();
  return { port, nodeFlags: [`--inspect=127.0.0.1:${port}`, "--inspect-publish-uid=http"] };
}

export async function inspect(port: number): Promise<Inspected> {
  const { ask, close } = await connect(port);
  return {
    async allocatedBytes() {
      const expression = 'process.getBuiltinModule("node:v8").getHeapStatistics().total_allocated_bytes';
      const { result } = (await ask("Runtime.evaluate", { expression })) as { result: { value: unknown } };
      if (typeof result.value !== "number") throw new Error("this Node doesn't count allocated bytes");
      return result.value;
    },
    async startSampling() {
      await ask("HeapProfiler.startSampling", {
        samplingInterval: samplingIntervalBytes,
        stackDepth,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
    },
    async stopSampling() {
      const { profile } = (await ask("HeapProfiler.stopSampling")) as { profile: { head: ProfileNode } };
      const bytesOf = new Map<string, number>();
      addSites(profile.head, "", bytesOf);
      return [...bytesOf].map(([site, bytes]) => ({ site, bytes })).toSorted((a, b) => b.bytes - a.bytes);
    },
    close,
  };
}

type ProfileNode = {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
};

/** A function of V8's own has no place: it is named with whoever called it. */
function addSites(node: ProfileNode, caller: string, bytesOf: Map<string, number>): void {
  const { functionName, url, lineNumber } = node.callFrame;
  const name = functionName || "(anonymous)";
  const place = url.replace(/^.*\/(?=src\/|node_modules\/)/, "");
  const site = place === "" ? `${name} ← ${caller}` : `${name} ${place}:${lineNumber + 1}`;
  if (node.selfSize > 0) bytesOf.set(site, (bytesOf.get(site) ?? 0) + node.selfSize);
  for (const child of node.children) addSites(child, place === "" ? caller : site, bytesOf);
}

type Ask = (method: string, params?: object) => Promise<unknown>;

async function connect(port: number): Promise<{ readonly ask: Ask; close(): void }> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await response.json()) as readonly { readonly webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error(`no inspector at port ${port}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer;
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(error.message));
    waiting.delete(id);
  });
  await once(socket, "open");
  let asked = 0;
  return {
    ask(method, params = {}) {
      const id = asked++;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      socket.send(JSON.stringify({ id, method, params }));
      return answer.promise;
    },
    close: () => socket.close(),
  };
}

type Answer = {
  readonly id: number;
  readonly result: unknown;
  readonly error?: { readonly message: string };
};
