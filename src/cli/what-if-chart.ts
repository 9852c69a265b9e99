import { UserError } from "../base/errors.ts";
import { formatNumber } from "../base/units.ts";
import type { Answer } from "../model/what-if/ask.ts";
import { metrics } from "../model/what-if/metrics.ts";
import type { Sweep } from "../model/what-if/sweep.ts";
import { mostLines, type SweepChart, type TornadoChart, whatIfSvg } from "../report/charts/what-if.ts";
import { writeAtomically } from "../result/store.ts";

/**
 * Draws an answer into a file of its own.
 *
 * @throws UserError `usage` where there is nothing to draw, or the file can't be written
 */
export async function writeWhatIfChart(answer: Answer, file: string): Promise<void> {
  const svg = await whatIfSvg(chartOf(answer));
  try {
    await writeAtomically(file, svg);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError("usage", `--chart ${file}: can't be written: ${why}.`);
  }
}

function chartOf(answer: Answer): SweepChart | TornadoChart {
  if (answer.kind === "grid") return linesOf(answer.sweep);
  if (answer.kind === "goal") {
    throw new UserError("usage", "--chart: a goal is one number; draw a grid of --vary, or a --tornado.");
  }
  const { show, bars } = answer;
  return {
    kind: "bars",
    xTitle: titleOf(show),
    bars: bars.flatMap(({ path, low, high }) =>
      low.figure === undefined || high.figure === undefined
        ? []
        : [{ input: path, from: low.figure, to: high.figure }],
    ),
  };
}

/** The first figure shown that is a number, by the first axis; the second axis makes the lines. */
function linesOf({ axes, show, rows }: Sweep): SweepChart {
  const [across, lines, more] = axes;
  if (across === undefined || more !== undefined) {
    throw new UserError("usage", "--chart draws one or two --vary; set the others with --set.");
  }
  const column = show.findIndex((_, index) => rows.some(({ values }) => typeof values[index] === "number"));
  const figure = show[column];
  if (figure === undefined) {
    throw new UserError("usage", `--chart: none of ${show.join(", ")} is a number that can be drawn.`);
  }
  const drawn = new Set(evenly(lines?.values ?? []));
  return {
    kind: "lines",
    xTitle: across.path,
    yTitle: titleOf(figure),
    lineTitle: lines?.path,
    points: rows.flatMap(({ at, values }) => {
      const y = values[column];
      const [x = 0, line] = at;
      if (typeof y !== "number" || (line !== undefined && !drawn.has(line))) return [];
      return [{ x, y, line: line === undefined ? figure : formatNumber(line) }];
    }),
  };
}

/** At most as many as there are colours, the ends among them. */
function evenly(values: readonly number[]): readonly number[] {
  if (values.length <= mostLines) return values;
  return Array.from(
    { length: mostLines },
    (_, index) => values[Math.round((index * (values.length - 1)) / (mostLines - 1))] ?? 0,
  );
}

function titleOf(name: keyof typeof metrics): string {
  const { describe, unit } = metrics[name];
  return unit === "" || describe.startsWith(unit) ? describe : `${describe}, ${unit}`;
}
