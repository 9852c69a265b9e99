import type { CommandModule } from "yargs";
import { loadPlan } from "../load-plan.ts";
import { print, printJson, textLayout } from "../output.ts";
import { playRamps } from "../play-ramps.ts";
import { type SimulateArguments, simulateOptions } from "../simulate-options.ts";
import { stopSignal } from "../stop-signal.ts";
import { traceTimes } from "../trace-times.ts";
import { useProfile } from "../use-profile.ts";
import { writeResult } from "../write-result.ts";

export const simulateCommand: CommandModule<object, SimulateArguments> = {
  command: "simulate <file>",
  describe: "Run a scenario in virtual time, for loads that no machine here can carry",
  builder: (yargs) =>
    simulateOptions(yargs)
      .example("$0 simulate scenarios/quickstart.yaml", "what a run would measure")
      .example("$0 simulate FILE --set workload.ratePerSecond=2000", "at another load"),
  handler: async ({ file, set, seed, replications, threads, growth, ramps, out, json }) => {
    const overrides = seed === undefined ? set : [...set, `run.seed=${seed}`];
    const loaded = await loadPlan(file, overrides);
    const { plan, settings, sentences } = await useProfile(loaded.plan, file);
    const trace = await traceTimes(plan, file);
    if (ramps !== undefined) return await playRamps(plan, { settings, ramps, trace, json });
    const { exitCodeOf } = await import("../../analysis/judge.ts");
    const { simulateAndJudge } = await import("../simulate-and-judge.ts");
    const { renderRunSummary } = await import("../../report/text/run-summary.ts");
    const { hangingText } = await import("../../report/text/wrap.ts");
    const { simulationText } = await import("../../simulate/text.ts");
    const result = await simulateAndJudge(
      plan,
      { threads, replications, growth, settings, trace, sentences },
      stopSignal(),
    );
    process.exitCode = exitCodeOf(result);
    const written = out === undefined ? "" : await writeResult(out, loaded, result);
    if (json) return await printJson(result);
    const layout = textLayout();
    await print(renderRunSummary(result, layout));
    const rest = hangingText(simulationText(result), layout.widthColumns);
    await print(`\n${rest}${written && `\n${written}`}`);
  },
};
