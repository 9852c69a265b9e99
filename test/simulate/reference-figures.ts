import { readFileSync } from "node:fs";

type Case = { readonly id: string; readonly expected: Readonly<Record<string, number | readonly number[]>> };
const file = new URL("../reference/queueing-cases.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

/** Every published figure by its name: `md1 waitP90 1` is the second of a list, `mm1-10 blocking` stands alone. */
export const publishedFigures: ReadonlyMap<string, number> = new Map(
  cases.flatMap(({ id, expected }) =>
    Object.entries(expected).flatMap(([name, value]) =>
      typeof value === "number"
        ? [[`${id} ${name}`, value] as const]
        : value.map((one, index) => [`${id} ${name} ${index}`, one] as const),
    ),
  ),
);

export function published(figure: string): number {
  const value = publishedFigures.get(figure);
  if (value === undefined) throw new Error(`no published figure ${figure}`);
  return value;
}

/** Half of the last digit that is printed, where there are fewer than five. */
export function roundingOf(value: number): number {
  const digits = String(value);
  const decimals = digits.split(".")[1]?.length ?? 0;
  return digits.replace(/\D/g, "").replace(/^0+/, "").length < 5 && decimals > 0 ? 0.5 * 10 ** -decimals : 0;
}

const latencySearch = "counts of servers are sought in sizing.test.ts";
const formula = "a formula of the capacity model, with nothing to simulate";
const noEmptiness =
  "how often nobody is there is kept by no result; line, waits and use of the station are tested";
const threeQueues =
  "three queues in a row with exponential times: here only slots have a law, splitter and stores take constant times";
const noContents = "a cache hits by chance at its hit ratio; which items it holds is not simulated";

/** Figures, or whole cases, that no simulation here can reach, or that are tested elsewhere. */
export const notTestedHere: Readonly<Record<string, string>> = {
  "erlang-b-large blocking 1": "100,000 slots, a hundred times the next case, which is tested",
  "erlang-c-large waitProbability 1": "100,000 slots, ten times the case before, which is tested",
  "mm2-20-30 emptyProbability": noEmptiness,
  "mm3-7 emptyProbability": noEmptiness,
  "size-1000-20ms-response servers": latencySearch,
  "size-10000-20ms-wait servers": "the count of the case is what its two violations are simulated with",
  "size-random-split": latencySearch,
  "halfin-whitt": "the limit for endless servers; ten thousand of them are tested in erlang-c-large",
  "mva-jain": threeQueues,
  "usl-specsdm91": "a curve through measurements, no queue",
  "usl-raytracer-all": "a curve through measurements, no queue",
  "usl-synthetic": "a curve through measurements, no queue",
  "power-of-two": "the limit for endless servers; two hundred come near it in known-answers.test.ts",
  "fork-join-2": "no answer waits for a copy's answer, so there is no join",
  "che-zipf": noContents,
  "che-uniform": noContents,
  "growth-connections": formula,
  "growth-qps": formula,
  "growth-bandwidth": formula,
};
