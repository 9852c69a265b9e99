import type { Comparison, NotComparedReason } from "../../compare/answer.ts";
import { compareAnswers } from "../../compare/compare-answers.ts";
import { ComparisonTally } from "../../compare/tally.ts";
import type { CapturedAnswer } from "./answer-capture.ts";
import type { CompareJob, CompareSettings } from "./compare-messages.ts";
import { decodeAnswer } from "./decode-answer.ts";
import { endpointNamer } from "./endpoint-names.ts";

/** Compares what it is given and counts; the comparing thread's work. */
export function jobComparer({ rules, endpoints }: CompareSettings): {
  readonly tally: ComparisonTally;
  readonly run: (job: CompareJob) => void;
} {
  const tally = new ComparisonTally();
  const nameOf = endpointNamer(endpoints);
  return { tally, run };

  function run(job: CompareJob): void {
    const endpoint = nameOf(job.method, job.target);
    const request = `${job.method} ${job.target}`;
    if ("reason" in job) {
      const comparison = { state: "not compared", reason: job.reason } as const;
      tally.add({ endpoint, comparison, against: "new", isOverloaded: false, request });
      return;
    }
    const { isOverloaded } = job;
    const comparison = compareCaptured(job.old, job.new);
    tally.add({ endpoint, comparison, against: "new", isOverloaded, request });
    if (comparison.state === "not compared" || job.oldAgain === undefined) return;
    const noise = compareCaptured(job.old, job.oldAgain);
    if (noise.state === "not compared") return;
    tally.add({ endpoint, comparison: noise, against: "old-again", isOverloaded, request });
  }

  function compareCaptured(first: CapturedAnswer, second: CapturedAnswer): Comparison {
    const left = decodeAnswer(first);
    if (typeof left === "string") return notCompared(left);
    const right = decodeAnswer(second);
    return typeof right === "string" ? notCompared(right) : compareAnswers(left, right, rules);
  }
}

function notCompared(reason: NotComparedReason): Comparison {
  return { state: "not compared", reason };
}
