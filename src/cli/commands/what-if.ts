import type { CommandModule } from "yargs";
import { answerCsv, answerText, askWhatIf } from "../../model/what-if/ask.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson } from "../output.ts";
import { readEvidence } from "../read-evidence.ts";
import { useProfile } from "../use-profile.ts";
import { type WhatIfArguments, whatIfOptions } from "../what-if-options.ts";

export const whatIfCommand: CommandModule<object, WhatIfArguments> = {
  command: "what-if <file>",
  describe: "Vary any number of a scenario and see what it does",
  builder: (yargs) =>
    whatIfOptions(yargs)
      .example("$0 what-if FILE --vary users=1e2..1e8:log --vary split.new=0..100%", "a grid")
      .example("$0 what-if FILE --vary users=1e2..1e8:log --csv --chart out.svg > out.csv", "for a slide")
      .example("$0 what-if FILE --goal 'largest users with <= 50 servers'", "a goal"),
  handler: async ({ file, set, measured, chart, csv, json, ...question }) => {
    const loaded = await loadPlan(file, set);
    const source = { text: loaded.text, file, overrides: set };
    const { plan, calibrate } = await useProfile(loaded.plan, file);
    const evidence = await readEvidence(plan, { file, measured });
    const answer = askWhatIf({ scenario: loaded.scenario, evidence, calibrate }, source, question);
    if (chart !== undefined) {
      const { writeWhatIfChart } = await import("../what-if-chart.ts");
      await writeWhatIfChart(answer, chart);
    }
    if (json) return await printJson(answer);
    await print(csv ? answerCsv(answer) : answerText(answer));
  },
};
