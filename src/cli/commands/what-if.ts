import type { CommandModule } from "yargs";
import { answerCsv, answerText, askWhatIf } from "../../model/what-if/ask.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson } from "../output.ts";

type Arguments = {
  file: string;
  set: string[];
  vary: string[];
  show: string[];
  tornado: boolean;
  largest: string | undefined;
  smallest: string | undefined;
  where: string | undefined;
  csv: boolean;
  json: boolean;
};

export const whatIfCommand: CommandModule<object, Arguments> = {
  command: "what-if <file>",
  describe: "Vary any number of a scenario and see what it does",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "Scenario file" })
      .option("vary", {
        type: "string",
        array: true,
        default: [],
        describe: "path=low..high[:log][:points], or path=a,b,c",
      })
      .option("show", {
        type: "string",
        array: true,
        default: ["servers,cost,firstBottleneck"],
        describe: "Figures to show",
      })
      .option("tornado", { type: "boolean", default: false, describe: "One at a time, widest swing first" })
      .option("largest", {
        type: "string",
        describe: "Seek the largest value of this path that keeps --where",
      })
      .option("smallest", {
        type: "string",
        describe: "Seek the smallest value of this path that keeps --where",
      })
      .option("where", { type: "string", describe: "What must hold, for example servers<=50" })
      .option("set", { type: "string", array: true, default: [], describe: "Set a value: users=5000" })
      .option("csv", { type: "boolean", default: false, describe: "All points as CSV on stdout" })
      .option("json", { type: "boolean", default: false, describe: "One JSON document on stdout" })
      .example("$0 what-if FILE --vary users=1e2..1e8:log --vary split.new=0..100%", "a grid")
      .example("$0 what-if FILE --largest users --where 'servers<=50'", "a goal"),
  handler: async ({ file, set, csv, json, ...question }) => {
    const { scenario, text } = await loadPlan(file, set);
    const answer = askWhatIf(scenario, { text, file, overrides: set }, question);
    if (json) return await printJson(answer);
    await print(csv ? answerCsv(answer) : answerText(answer));
  },
};
