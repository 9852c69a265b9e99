import type { CommandModule } from "yargs";
import { answerCsv, answerText, askWhatIf, type Question } from "../../model/what-if/ask.ts";
import { loadPlan } from "../load-plan.ts";
import { print, printJson } from "../output.ts";
import { readEvidence } from "../read-evidence.ts";
import { fileArgument, jsonOption, setOption } from "../scenario-options.ts";
import { useProfile } from "../use-profile.ts";

type Files = { file: string; set: string[]; measured: string | undefined; chart: string | undefined };
type Arguments = Question & Files & { csv: boolean; json: boolean };

const text = (describe: string) => ({ type: "string", requiresArg: true, describe }) as const;
const texts = (describe: string, preset: string[]) =>
  ({ type: "string", array: true, requiresArg: true, default: preset, describe }) as const;
const flag = (describe: string) => ({ type: "boolean", default: false, describe }) as const;

export const whatIfCommand: CommandModule<object, Arguments> = {
  command: "what-if <file>",
  describe: "Vary any number of a scenario and see what it does",
  builder: (yargs) =>
    yargs
      .positional("file", fileArgument)
      .option("vary", texts("path=low..high[:log][:points], or path=a,b,c", []))
      .option("show", texts("Figures to show", ["servers,cost,firstBottleneck"]))
      .option("tornado", flag("One at a time, widest swing first"))
      .option("largest", text("Seek the largest value of this path that keeps --where"))
      .option("smallest", text("Seek the smallest value of this path that keeps --where"))
      .option("where", text("What must hold, for example servers<=50"))
      .option("goal", text("A goal in one sentence: largest users with <= 50 servers"))
      .option("measured", text("Directory that `twinlane search` wrote"))
      .option("chart", text("Draw the answer into this SVG file"))
      .option("set", setOption)
      .option("csv", flag("All points as CSV on stdout"))
      .option("json", jsonOption)
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
