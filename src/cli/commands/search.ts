import type { CommandModule } from "yargs";
import { versions } from "../../base/version.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson, textLayout } from "../output.ts";
import { type SearchOptions, searchOptions } from "../search-options.ts";
import { stopSignal } from "../stop-signal.ts";

export const searchCommand: CommandModule<object, SearchOptions> = {
  command: "search <file>",
  describe: "Find the highest rate at which old and new, each alone, meet the goals",
  builder: (yargs) =>
    searchOptions(yargs)
      .example("$0 search FILE --goal 'responseTime.p99 < 200ms'", "what old and new can take")
      .example("$0 search FILE --of new --goal 'errorRate < 1%' --min 50/s", "new alone, from 50/s on"),
  handler: async ({ file, set, out, of, json, goal, "allow-target": allowedHosts, ...limits }) => {
    const loaded = await loadPlan(file, set);
    const { searchAndReport } = await import("../search-and-report.ts");
    const { exitCodeOfSearch, renderSearch, trialLine } = await import("../search-text.ts");
    const { search, directory } = await searchAndReport({
      loaded,
      file,
      out,
      allowedHosts,
      versions: versions.filter((version) => of === "both" || of === version),
      asked: { goal, ...limits },
      onTrial: (version, trial) => process.stderr.write(`${trialLine(version, trial, goal)}\n`),
      signal: stopSignal(),
    });
    process.exitCode = exitCodeOfSearch(search);
    if (json) return await printJson(search);
    await print(renderSearch(search, textLayout()));
    await print(`\nTrials: ${directory}`);
  },
};
