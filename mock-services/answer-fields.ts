import { assertNever } from "../src/base/invariant.ts";
import type { Uniform } from "../src/base/random.ts";
import type { AnswerFieldPlan } from "../src/scenario/answer-plan.ts";

/** What the values of an answer's own fields are drawn from. */
export type FieldSource = {
  readonly uniform: Uniform;
  /** Ms since 1970. */
  readonly wallClockMs: () => number;
};

/**
 * Makes the fields of one answer after another, as members of a JSON object: `,"at":"…","items":[2,1]`, each
 * with a comma before it.
 */
export function answerFields(plans: readonly AnswerFieldPlan[], source: FieldSource): () => string {
  return () =>
    plans.map((plan) => `,${JSON.stringify(plan.name)}:${JSON.stringify(fieldValue(plan, source))}`).join("");
}

function fieldValue(plan: AnswerFieldPlan, { uniform, wallClockMs }: FieldSource): unknown {
  switch (plan.kind) {
    case "timestamp":
      return new Date(wallClockMs()).toISOString();
    case "uuid":
      return randomUuid(uniform);
    case "shuffled":
      return shuffledNumbers(plan.length, uniform);
    case "number":
      return plan.value * (1 + plan.jitterShare * (2 * uniform() - 1));
    default:
      return assertNever(plan);
  }
}

/** Source: RFC 9562, section 5.4: version 4, its 122 other bits by chance. */
function randomUuid(uniform: Uniform): string {
  const digits = (count: number) =>
    Math.floor((1 - uniform()) * 16 ** count)
      .toString(16)
      .padStart(count, "0");
  const variant = (8 + Math.floor((1 - uniform()) * 4)).toString(16);
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}

/** Source: Fisher and Yates, as in Knuth, The Art of Computer Programming 2, section 3.4.2, algorithm P. */
function shuffledNumbers(length: number, uniform: Uniform): readonly number[] {
  const numbers = Array.from({ length }, (_, index) => index + 1);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor((1 - uniform()) * (last + 1));
    const value = numbers[last] ?? 0;
    numbers[last] = numbers[other] ?? 0;
    numbers[other] = value;
  }
  return numbers;
}
