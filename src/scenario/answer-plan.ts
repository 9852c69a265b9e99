import type { AnswerSection } from "./answer-schema.ts";

/** A field whose value is made anew for every answer. */
export type AnswerFieldPlan = { readonly name: string } & (
  | { readonly kind: "timestamp" | "uuid" }
  | { readonly kind: "shuffled"; readonly length: number }
  /** Evenly within `jitterShare` of the value, 0–1. */
  | { readonly kind: "number"; readonly value: number; readonly jitterShare: number }
);

export function planAnswerFields({ fields }: AnswerSection): readonly AnswerFieldPlan[] {
  return Object.entries(fields).map(([name, field]): AnswerFieldPlan => {
    if (typeof field === "string") return { name, kind: field };
    if ("shuffled" in field) return { name, kind: "shuffled", length: field.shuffled };
    return { name, kind: "number", value: field.number, jitterShare: field.jitter };
  });
}
