import { type StatsListener, unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { systemClock } from "../base/clock.ts";
import type { SplitterEvent } from "./messages.ts";
import type { SplitChange } from "./router.ts";
import { readSplitChange, splitChangeRule } from "./split-change.ts";

const pollMs = 250;
const maxFileBytes = 8192;

export type SplitFile = {
  /** What it held when it was last read. */
  readonly lastText: string | undefined;
  stop(): void;
};

/**
 * Follows a file that holds the split, as JSON in the form of the admin endpoint. It is read at the start and
 * whenever it changes, also when another is put in its place. What breaks the rule is reported and changes
 * nothing; so is a file that goes away.
 *
 * @param source - `lastText` is what it held for the process before: the same text is no change
 */
export function followSplitFile(
  source: { readonly file: string; readonly lastText: string | undefined },
  setSplit: (change: SplitChange) => void,
  report: (event: SplitterEvent) => void,
): SplitFile {
  const { file } = source;
  let { lastText } = source;
  const onChange: StatsListener = () => void read();
  watchFile(file, { interval: pollMs }, onChange);
  void read();
  return {
    get lastText() {
      return lastText;
    },
    stop: () => unwatchFile(file, onChange),
  };

  async function read(): Promise<void> {
    const text = await readFile(file, "utf8").catch((error: Error) => {
      refuse(error.message);
      return undefined;
    });
    if (text === undefined || text === lastText) return;
    lastText = text;
    const change = text.length > maxFileBytes ? undefined : readSplitChange(text);
    if (change === undefined) refuse(splitChangeRule);
    else setSplit({ ...change, caller: `file ${file}` });
  }

  function refuse(why: string): void {
    const reason = `the split file changes nothing: ${why}`;
    report({
      atMs: systemClock.nowMs(),
      kind: "split-refused",
      version: undefined,
      reason,
      caller: `file ${file}`,
    });
  }
}
