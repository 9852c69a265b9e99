import type { AnswerCounts } from "../src/measure/mock-messages.ts";

type Mutable = { -readonly [name in keyof AnswerCounts]: number };

/** How requests were answered, users' and mirrored copies apart. */
export class Counts {
  readonly users: Mutable = noAnswers();
  readonly mirrored: Mutable = noAnswers();

  add(what: keyof AnswerCounts, isMirrored: boolean): void {
    (isMirrored ? this.mirrored : this.users)[what]++;
  }
}

function noAnswers(): Mutable {
  return { served: 0, errors: 0, rejected: 0, abandoned: 0 };
}
