import type { Stretch, Timeline } from "../view/timeline.ts";
import { type Layer, timeChannel, type XChannel } from "./axes.ts";
import { colour, type FigureSize, fontPixels, yAxisPixels } from "./theme.ts";

const labelFontPixels = fontPixels - 1;
/** Above the plot stand the numbers of the events and the words "warm-up". */
export const timelinePadding = { left: 2, right: 10, top: 8, bottom: 2 };
/** Room that the numbers of an event take, and that the words "warm-up" take. */
const markPixels = 34;
const warmUpPixels = 64;

/** What lies behind the lines of every figure over time: shades, and the events as dotted rules. */
export function timelineLayers(timeline: Timeline, size: FigureSize): Layer[] {
  const x = timeChannel(timeline, size);
  const secondsPerPixel = (timeline.endSecond - timeline.startSecond) / (size.widthPixels - yAxisPixels);
  const marks = marksOf(timeline, markPixels * secondsPerPixel);
  const roomEnds = timeline.startSecond + warmUpPixels * secondsPerPixel;
  const hasRoom = !marks.some(({ second }) => second < roomEnds);
  return [
    ...warmUpLayers(timeline.warmUp, { x, hasRoom }),
    ...shadeLayers(timeline.doubtful, { x, name: "doubt" }),
    ...markLayers(marks, x),
  ];
}

type Mark = { readonly second: number; readonly label: string };

/** Events too close to be told apart share one mark, `3–5`. */
function marksOf({ events }: Timeline, leastGapSeconds: number): Mark[] {
  const groups: { second: number; first: number; last: number }[] = [];
  for (const { second, number } of events) {
    const previous = groups.at(-1);
    if (previous !== undefined && second - previous.second < leastGapSeconds) previous.last = number;
    else groups.push({ second, first: number, last: number });
  }
  return groups.map(({ second, first, last }) => ({
    second,
    label: first === last ? `${first}` : `${first}–${last}`,
  }));
}

function warmUpLayers(
  warmUp: Timeline["warmUp"],
  { x, hasRoom }: { readonly x: XChannel; readonly hasRoom: boolean },
): Layer[] {
  if (warmUp === undefined) return [];
  const shades = shadeLayers([warmUp], { x, name: "shade" });
  const words: Layer = {
    data: { values: [{ second: warmUp.start, text: "warm-up" }] },
    mark: { ...labelMark, align: "left", dx: 1, color: colour("muted") },
    encoding: { x, y: { value: 0 }, text: { field: "text" } },
  };
  return hasRoom ? [...shades, words] : shades;
}

function shadeLayers(
  stretches: readonly Stretch[],
  { x, name }: { readonly x: XChannel; readonly name: "shade" | "doubt" },
): Layer[] {
  if (stretches.length === 0) return [];
  return [
    {
      data: { values: stretches.map(({ start, end }) => ({ second: start, end })) },
      mark: { type: "rect", color: colour(name) },
      encoding: { x, x2: { field: "end" } },
    },
  ];
}

const labelMark = { type: "text", baseline: "bottom", dy: -3, fontSize: labelFontPixels } as const;

function markLayers(marks: readonly Mark[], x: XChannel): Layer[] {
  if (marks.length === 0) return [];
  const data = { values: marks.map(({ second, label }) => ({ second, label })) };
  return [
    {
      data,
      mark: { type: "rule", color: colour("muted"), strokeDash: [1, 3], strokeWidth: 1.2 },
      encoding: { x },
    },
    {
      data,
      mark: { ...labelMark, fontWeight: 600, color: colour("ink") },
      encoding: { x, y: { value: 0 }, text: { field: "label" } },
    },
  ];
}
