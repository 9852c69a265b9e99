import { endProcess, firstReport, startProcess } from "../child-process.ts";
import type { DisturbStore, FromStore, StartStore, ToStore } from "./store-messages.ts";

const startPatienceMs = 60_000;
const stopPatienceMs = 5000;
const disturbPatienceMs = 30_000;

/** A server of the run, and the process that keeps it. */
export type StoreKeeper = {
  /** `database`, `database-old`, `database-new` or `cache`. */
  readonly name: string;
  readonly url: string;
  /** The server's own process, another one after a restart; for PostgreSQL the first of many. */
  readonly pid: number;
  /** Whether its work is spread over processes that it starts. */
  readonly isGroup: boolean;
  /** Resolves when it is done; a restart, when the server listens again. One at a time. */
  readonly disturb: (what: DisturbStore["what"]) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** @throws UserError when the server is not installed or doesn't start */
export async function startKeeper(
  wanted: Omit<StartStore, "type"> & { readonly name: string },
): Promise<StoreKeeper> {
  const { name, ...start } = wanted;
  const child = startProcess<ToStore, FromStore>({ name, role: "store", entry: "src/measure/stores/main" });
  const stop = async () => {
    await endProcess<ToStore>(child, { type: "stop", drainMs: 0 }, stopPatienceMs);
  };
  try {
    child.send({ type: "start", ...start });
    let { url, pid } = await firstReport(child, "listening", startPatienceMs);
    child.onReport((report) => {
      if (report.type === "listening") ({ url, pid } = report);
    });
    return {
      name,
      url,
      get pid() {
        return pid;
      },
      isGroup: start.store === "postgres",
      disturb: async (what) => {
        const done = firstReport(child, "disturbed", disturbPatienceMs);
        child.send({ type: "disturb", what });
        await done;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
