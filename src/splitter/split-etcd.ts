import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import { type EtcdAccess, EtcdClient, etcdProblem } from "./etcd-client.ts";
import type { SplitterEvent } from "./messages.ts";
import type { SplitChange } from "./router.ts";
import { readSplitChange, splitChangeRule } from "./split-change.ts";

/** A key of etcd. */
export type EtcdKey = EtcdAccess & {
  readonly key: string;
  /** Of the value that the process before had read: the same is no change. */
  readonly lastRevision?: string | undefined;
};

export type SplitEtcd = {
  /** Of the value that was last read; empty before the first. */
  readonly lastRevision: string;
  stop(): Promise<void>;
};

const readPatienceMs = 3000;
/** A watch is opened anew so often: a connection that has died silently is noticed then at the latest. */
const watchForMs = 30_000;
const firstBackOffMs = 100;
const longestBackOffMs = 5000;
const maxValueLength = 8192;

/**
 * Follows a key of etcd that holds the split, as JSON in the form of the admin endpoint. It is read, then watched
 * from the revision after; whenever the connection is lost it is read again, so that no change is missed for
 * good. What breaks the rule is reported and changes nothing; so do a deleted key and an etcd that is gone.
 */
export function followSplitEtcd(
  { key, lastRevision: firstRevision = "", ...access }: EtcdKey,
  setSplit: (change: SplitChange) => void,
  report: (event: SplitterEvent) => void,
): SplitEtcd {
  const caller = `etcd ${access.url} ${key}`;
  const client = new EtcdClient(access);
  const ending = new AbortController();
  let lastRevision = firstRevision;
  let isLost = false;
  const following = follow();
  return {
    get lastRevision() {
      return lastRevision;
    },
    async stop() {
      ending.abort();
      await following;
      client.close();
    },
  };

  async function follow(): Promise<void> {
    let backOffMs = firstBackOffMs;
    while (!ending.signal.aborted) {
      try {
        const nextRevision = await readNow();
        if (isLost) tell("split-source", "etcd answers again");
        isLost = false;
        backOffMs = firstBackOffMs;
        await watch(nextRevision);
      } catch (error) {
        if (ending.signal.aborted) return;
        if (!isLost) tell("split-source", `etcd is lost, the split stays: ${etcdProblem(error)}`);
        isLost = true;
        await sleep(backOffMs, undefined, { signal: ending.signal }).catch(() => undefined);
        backOffMs = Math.min(backOffMs * 2, longestBackOffMs);
      }
    }
  }

  /** @returns the revision to watch from */
  async function readNow(): Promise<string> {
    const answer = await client.ask("/v3/kv/range", { key: encode(key) }, atMost(readPatienceMs));
    const { header, kvs = [] } = answer as RangeAnswer;
    const [pair] = kvs;
    if (pair !== undefined) apply(pair);
    else if (lastRevision !== "none") refuse("the key isn't there");
    if (pair === undefined) lastRevision = "none";
    return String(BigInt(header?.revision ?? "0") + 1n);
  }

  async function watch(startRevision: string): Promise<void> {
    const asked = { create_request: { key: encode(key), start_revision: startRevision } };
    try {
      for await (const line of client.watch("/v3/watch", asked, atMost(watchForMs))) {
        const { result, error } = line as WatchAnswer;
        if (error !== undefined) throw new Error(error.message ?? "the watch was refused");
        if (result?.canceled === true) return onCanceled(result);
        for (const { type, kv } of result?.events ?? []) {
          if (type === "DELETE") refuse("the key was deleted");
          else if (kv !== undefined) apply(kv);
        }
      }
      throw new Error("etcd ended the watch");
    } catch (error) {
      if (error instanceof Error && error.name === "TimeoutError") return;
      throw error;
    }
  }

  /** Compacted: what was missed is read again. Anything else may be the token's fault. */
  function onCanceled({ compact_revision, cancel_reason = "without a reason" }: WatchResult): void {
    if (compact_revision !== undefined) return;
    client.forgetToken();
    throw new Error(`etcd ended the watch: ${cancel_reason}`);
  }

  function atMost(ms: number): AbortSignal {
    return AbortSignal.any([ending.signal, AbortSignal.timeout(ms)]);
  }

  function apply({ value = "", mod_revision = "" }: KeyValue): void {
    if (mod_revision === lastRevision) return;
    lastRevision = mod_revision;
    const text = Buffer.from(value, "base64").toString("utf8");
    const change = text.length > maxValueLength ? undefined : readSplitChange(text);
    if (change === undefined) refuse(splitChangeRule);
    else setSplit({ ...change, caller });
  }

  function refuse(why: string): void {
    tell("split-refused", `the key in etcd changes nothing: ${why}`);
  }

  function tell(kind: "split-refused" | "split-source", reason: string): void {
    report({ atMs: systemClock.nowMs(), kind, version: undefined, reason, caller });
  }
}

/** 64-bit numbers come as texts; what is empty or zero is left out. */
type KeyValue = { readonly value?: string; readonly mod_revision?: string };
type RangeAnswer = { readonly header?: { readonly revision?: string }; readonly kvs?: readonly KeyValue[] };
type WatchResult = {
  readonly canceled?: boolean;
  readonly cancel_reason?: string;
  readonly compact_revision?: string;
  readonly events?: readonly { readonly type?: string; readonly kv?: KeyValue }[];
};
type WatchAnswer = { readonly result?: WatchResult; readonly error?: { readonly message?: string } };

function encode(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
