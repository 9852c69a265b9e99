import type { CommandModule } from "yargs";
import { exitCodeOf, judgeRun } from "../../analysis/judge.ts";
import { UserError } from "../../base/errors.ts";
import { renderRunSummary } from "../../report/text/run-summary.ts";
import { simulatePlan } from "../../simulate/simulate-plan.ts";
import { simulationText } from "../../simulate/text.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson, wantsColour } from "../output.ts";

type Arguments = {
  file: string;
  set: string[];
  seed: number | undefined;
  replications: number | undefined;
  threads: number;
  json: boolean;
};

export const simulateCommand: CommandModule<object, Arguments> = {
  command: "simulate <file>",
  describe:
    "Run a scenario in virtual time: the same arrivals and split, for loads no machine here can carry",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "Scenario file" })
      .option("set", { type: "string", array: true, default: [], describe: "Set a value: users=5000" })
      .option("seed", { type: "number", describe: "Seed instead of the scenario's" })
      .option("replications", {
        type: "number",
        describe: "Exactly so many runs; as many as needed by default",
      })
      .option("threads", { type: "number", default: 1, describe: "Cores to use; changes no figure" })
      .option("json", { type: "boolean", default: false, describe: "One JSON document on stdout" })
      .example("$0 simulate scenarios/quickstart.yaml", "what a run would measure")
      .example("$0 simulate FILE --set workload.ratePerSecond=2000", "at another load"),
  handler: async ({ file, set, seed, json, threads, replications }) => {
    for (const [name, value] of Object.entries({ threads, replications })) {
      if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 10_000))
        throw new UserError("usage", `--${name} takes a whole number from 1 to 10,000.`);
    }
    const overrides = seed === undefined ? set : [...set, `run.seed=${seed}`];
    const { plan } = await loadPlan(file, overrides);
    const simulated = await simulatePlan(plan, {
      threads,
      ...(replications !== undefined && { replications }),
    });
    const judged = judgeRun(simulated, plan);
    const assumptions = [...simulated.assumptions, ...judged.assumptions];
    const result = { ...judged, validity: simulated.validity, assumptions };
    process.exitCode = exitCodeOf(result);
    if (json) return await printJson(result);
    const widthColumns = process.stdout.columns ?? 100;
    await print(renderRunSummary(result, { colour: wantsColour(process.stdout), widthColumns }));
    await print(simulationText(simulated));
  },
};
