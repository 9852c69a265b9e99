import { readFileSync, type StatsListener, unwatchFile, watchFile } from "node:fs";
import { OpenFeature } from "@openfeature/server-sdk";
import { systemClock } from "../../base/clock.ts";
import { UserError } from "../../base/errors.ts";
import { type FlagSet, parseFlagFile, providedFlag } from "../../scenario/flag-file.ts";
import type { SplitterEvent } from "../messages.ts";
import { FileFlagProvider } from "./file-flag-provider.ts";
import { FlagRulings } from "./flag-rulings.ts";

const pollMs = 250;
const maxFileBytes = 1_048_576;

/** A file of flags, and the flag that says who answers. */
export type FlagSource = { readonly file: string; readonly flag: string };

export type FollowedFlags = { readonly rulings: FlagRulings; stop(): void };

let domains = 0;

/**
 * Reads a file of flags, hands it to OpenFeature and follows it. A changed file takes effect as a whole, from the
 * next request on, and is told with the flag that decides, as it is at the start; what can't be read is reported, and the
 * last good one stays.
 *
 * @throws UserError `scenario-unreadable` when the file can't be read at the start
 */
export async function followFlags(
  { file, flag }: FlagSource,
  report: (event: SplitterEvent) => void,
): Promise<FollowedFlags> {
  const first = readFlags(file);
  if (typeof first === "string") throw new UserError("scenario-unreadable", `the flags ${file}: ${first}`);
  const provider = new FileFlagProvider(first);
  // A domain of its own: another splitter in this process has other flags.
  const domain = `twinlane-${domains++}`;
  await OpenFeature.setProviderAndWait(domain, provider);
  const rulings = new FlagRulings(OpenFeature.getClient(domain), flag);
  const onChange: StatsListener = () => readAgain();
  watchFile(file, { interval: pollMs }, onChange);
  tellRead(first);
  return { rulings, stop: () => unwatchFile(file, onChange) };

  function readAgain(): void {
    const flags = readFlags(file);
    if (typeof flags === "string") {
      tell({ kind: "flags-refused", reason: `the flags stay as they were: ${flags}` });
      return;
    }
    provider.replace(flags);
    rulings.forget();
    tellRead(flags);
  }

  function tellRead(flags: FlagSet): void {
    const reason = `${flags.size === 1 ? "one flag" : `${flags.size} flags`} read`;
    tell({ kind: "flags", reason, providedFlag: providedFlag(flags, flag) });
  }

  function tell(event: Pick<SplitterEvent, "kind" | "reason" | "providedFlag">): void {
    report({ atMs: systemClock.nowMs(), version: undefined, caller: `file ${file}`, ...event });
  }
}

/** Read at once: it is small, and seldom changes. */
function readFlags(file: string): FlagSet | string {
  try {
    const text = readFileSync(file, "utf8");
    return text.length > maxFileBytes ? `the file is larger than ${maxFileBytes} bytes` : parseFlagFile(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
