import { UserError } from "../base/errors.ts";
import { type ProvidedFlag, parseFlagFile, providedFlag } from "../scenario/flag-file.ts";
import type { FlagProviderPlan } from "../scenario/split-source-plan.ts";
import { besideScenario, readText } from "./beside-scenario.ts";

/**
 * The flag that decides before the share, as its file says at the moment.
 *
 * @throws UserError `scenario-unreadable` for a file that lies outside the scenario's directory or is no file of flags
 */
export function readProvidedFlag({ file, flag }: FlagProviderPlan, directory: string): ProvidedFlag {
  const path = besideScenario(directory, file);
  const flags = parseFlagFile(readText(path, "the flags"));
  if (typeof flags === "string") throw new UserError("scenario-unreadable", `the flags in ${path}: ${flags}`);
  return providedFlag(flags, flag);
}
