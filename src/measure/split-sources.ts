import { readFileSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { UserError } from "../base/errors.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { parseFlagFile } from "../splitter/flags/flag-file.ts";
import type { SplitterConfig } from "../splitter/messages.ts";
import { checkAllowed } from "./target.ts";

/** From where the split is followed, as the splitter is told. */
export type SplitSources = Pick<SplitterConfig, "splitFile" | "splitEtcd" | "flags">;

/**
 * Looks up from where the split is followed while a run goes on.
 *
 * @throws UserError `scenario-unreadable` for a file outside the scenario's directory or flags that can't be read,
 *   `target-not-allowed` for an etcd outside loopback and private ranges
 */
export async function splitSources(
  { splitSource, flagProvider, allowTargets }: RunPlan,
  options: { readonly scenarioDirectory: string; readonly allowedHosts: readonly string[] },
): Promise<SplitSources> {
  const flags = flagProvider && {
    file: besideScenario(options.scenarioDirectory, flagProvider.file),
    flag: flagProvider.flag,
  };
  if (flags !== undefined) checkFlags(flags.file);
  if (splitSource === undefined) return { flags };
  if (splitSource.kind === "file") {
    return { flags, splitFile: besideScenario(options.scenarioDirectory, splitSource.file) };
  }
  const url = await checkAllowed("etcd", splitSource.url, (host) => {
    return allowTargets.includes(host) && options.allowedHosts.includes(host);
  });
  return { flags, splitEtcd: { url: url.replace(/\/+$/, ""), key: splitSource.key } };
}

/** Said before anything starts; the splitter reads the file anew. */
function checkFlags(file: string): void {
  const flags = parseFlagFile(readText(file));
  if (typeof flags === "string") throw new UserError("scenario-unreadable", `the flags in ${file}: ${flags}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError("scenario-unreadable", `the flags can't be read: ${reason}`);
  }
}

function besideScenario(directory: string, file: string): string {
  const path = resolve(directory, file);
  const inside = relative(resolve(directory), path);
  if (inside.startsWith("..") || isAbsolute(inside)) {
    throw new UserError("scenario-unreadable", `${file} lies outside the scenario's directory`);
  }
  return path;
}
