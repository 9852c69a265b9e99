import type { CommandModule } from "yargs";
import { loadPlan } from "../load-plan.ts";
import { print, printJson, wantsColour } from "../output.ts";
import { playRamps } from "../play-ramps.ts";
import { stopSignal } from "../stop-signal.ts";
import { useProfile } from "../use-profile.ts";
import { outOption, writeResult } from "../write-result.ts";

type Arguments = {
  file: string;
  set: string[];
  seed: number | undefined;
  replications: number | undefined;
  threads: number;
  growth: boolean;
  ramps: number | undefined;
  out: string | undefined;
  json: boolean;
};

export const simulateCommand: CommandModule<object, Arguments> = {
  command: "simulate <file>",
  describe: "Run a scenario in virtual time, for loads that no machine here can carry",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "Scenario file" })
      .option("set", { type: "string", array: true, default: [], describe: "Set a value: users=5000" })
      .option("seed", { type: "number", describe: "Seed instead of the scenario's" })
      .option("replications", { type: "number", describe: "Exactly so many runs, not as many as needed" })
      .option("threads", { type: "number", default: 1, describe: "Cores to use; changes no figure" })
      .option("growth", { type: "boolean", default: false, describe: "Also size each user count, by p99" })
      .option("ramps", {
        type: "number",
        describe: "Play the ramp so many times: caught, harmed, false alarms",
      })
      .option("out", outOption)
      .option("json", { type: "boolean", default: false, describe: "One JSON document on stdout" })
      .example("$0 simulate scenarios/quickstart.yaml", "what a run would measure")
      .example("$0 simulate FILE --set workload.ratePerSecond=2000", "at another load"),
  handler: async ({ file, set, seed, replications, threads, growth, ramps, out, json }) => {
    const overrides = seed === undefined ? set : [...set, `run.seed=${seed}`];
    const loaded = await loadPlan(file, overrides);
    const { plan, settings, sentences } = await useProfile(loaded.plan, file);
    if (ramps !== undefined) return await playRamps(plan, { settings, ramps, json });
    const { exitCodeOf } = await import("../../analysis/judge.ts");
    const { simulateAndJudge } = await import("../simulate-and-judge.ts");
    const { renderRunSummary } = await import("../../report/text/run-summary.ts");
    const { simulationText } = await import("../../simulate/text.ts");
    const result = await simulateAndJudge(
      plan,
      { threads, replications, growth, settings, sentences },
      stopSignal(),
    );
    process.exitCode = exitCodeOf(result);
    const written = out === undefined ? "" : await writeResult(out, loaded, result);
    if (json) return await printJson(result);
    const widthColumns = process.stdout.columns ?? 110;
    await print(renderRunSummary(result, { colour: wantsColour(process.stdout), widthColumns }));
    await print(`\n${simulationText(result)}${written && `\n${written}`}`);
  },
};
