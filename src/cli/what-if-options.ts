import type { Argv } from "yargs";
import type { Question } from "../model/what-if/ask.ts";
import { fileArgument, jsonOption, setOption } from "./scenario-options.ts";

type Files = { file: string; set: string[]; measured: string | undefined; chart: string | undefined };
export type WhatIfArguments = Question & Files & { csv: boolean; json: boolean };

const text = (describe: string) => ({ type: "string", requiresArg: true, describe }) as const;
const texts = (describe: string) => ({ ...text(describe), array: true }) as const;
const flag = (describe: string) => ({ type: "boolean", default: false, describe }) as const;

const shownFigures = "servers,cost,firstBottleneck";

/** What `twinlane what-if` can be asked. */
export function whatIfOptions(yargs: Argv<object>): Argv<WhatIfArguments> {
  return yargs
    .positional("file", fileArgument)
    .option("vary", { ...texts("path=low..high[:log][:points], or path=a,b,c"), default: [] as string[] })
    .option("show", {
      ...texts("Figures to show"),
      default: [shownFigures],
      defaultDescription: shownFigures,
    })
    .option("tornado", flag("Move the --vary one at a time, widest swing first"))
    .option("largest", text("Seek the largest value of this path that keeps --where"))
    .option("smallest", text("Seek the smallest value of this path that keeps --where"))
    .option("where", text("What must hold, for example servers<=50"))
    .option("goal", text("A goal in one sentence: largest users with <= 50 servers"))
    .option("measured", text("Directory that `twinlane search` wrote: size by the measured rate of a server"))
    .option("chart", text("Draw the answer into this SVG file"))
    .option("set", setOption)
    .option("csv", flag("All points as CSV on stdout"))
    .option("json", jsonOption);
}
