import type { Version } from "../../base/version.ts";
import type { NotComparedReason } from "../../compare/answer.ts";
import type { Head } from "../../wire/head.ts";
import type { AnswerTap, CopiedRequest, CopyDraft } from "../copy-draft.ts";
import type { CopyOutcome } from "../mirror-copy.ts";
import { AnswerCapture, type CapturedAnswer, type CaptureLimits } from "./answer-capture.ts";
import type { CompareJob } from "./compare-messages.ts";

/** What a compared request needs of the comparer. */
export type ComparedRequestParts = {
  readonly limits: CaptureLimits;
  /** Whom the copies go to. */
  readonly copiesTo: readonly Version[];
  /** Why there is no room for it now, if there is none. */
  readonly refusal: () => NotComparedReason | undefined;
  readonly sendCopy: (copy: {
    readonly to: Version;
    readonly request: CopiedRequest;
    readonly payload: string;
    readonly capture: AnswerCapture;
    readonly onDone: (outcome: CopyOutcome) => void;
  }) => void;
  readonly isOverloaded: () => boolean;
  /** Called exactly once. */
  readonly onSettled: (job: CompareJob, wasSent: boolean) => void;
};

type Arm = { readonly version: Version; readonly capture: AnswerCapture };

const overloadStatuses: ReadonlySet<number> = new Set([429, 503]);

/**
 * One request whose answers are compared: the user's own answer and those of the copies, which leave together
 * with the request. It is settled when all have come, or when one can't.
 */
export class ComparedRequest implements CopyDraft, AnswerTap {
  readonly #method: string;
  readonly #target: string;
  readonly #decided: Version;
  readonly #parts: ComparedRequestParts;
  readonly #arms: Arm[];
  #payload = "";
  /** The user's answer and those of the copies that are still out. */
  #pending = 1;
  #isSent = false;
  #isSettled = false;

  constructor(
    request: { readonly method: string; readonly target: string },
    decided: Version,
    parts: ComparedRequestParts,
  ) {
    this.#method = request.method;
    this.#target = request.target;
    this.#decided = decided;
    this.#parts = parts;
    this.#arms = [{ version: decided, capture: new AnswerCapture(parts.limits) }];
  }

  add(piece: string): void {
    if (this.#isSettled) return;
    this.#payload += piece;
    if (this.#payload.length > this.#parts.limits.maxBodyBytes) this.fail("body too large");
  }

  send(request: CopiedRequest): void {
    if (this.#isSettled || this.#isSent) return;
    const refusal = this.#parts.refusal();
    if (refusal !== undefined) {
      this.fail(refusal);
      return;
    }
    this.#isSent = true;
    const arms = this.#parts.copiesTo.map((version) => ({
      version,
      capture: new AnswerCapture(this.#parts.limits),
    }));
    this.#arms.push(...arms);
    this.#pending += arms.length;
    for (const { version: to, capture } of arms) {
      const onDone = (outcome: CopyOutcome) => this.#copyDone(outcome);
      this.#parts.sendCopy({ to, request, payload: this.#payload, capture, onDone });
    }
    this.#payload = "";
  }

  answerHead(head: Head, version: Version): void {
    if (version === this.#decided) this.#arms[0]?.capture.head(head);
    else this.fail("no answer");
  }

  answerBody(buffer: Buffer, start: number, end: number): void {
    const [own] = this.#arms;
    if (this.#isSettled || own === undefined) return;
    own.capture.add(buffer, start, end);
    if (own.capture.isTooLarge) this.fail("body too large");
  }

  answerEnd(): void {
    if (this.#isSent) this.#armDone();
    else this.fail("no answer");
  }

  answerFailed(): void {
    this.fail("no answer");
  }

  /** There is nothing to compare. Copies under way go on; their answers are forgotten. */
  fail(reason: NotComparedReason): void {
    this.#settle({ method: this.#method, target: this.#target, reason });
  }

  #copyDone(outcome: CopyOutcome): void {
    if (outcome === "answered") this.#armDone();
    else this.fail("no answer");
  }

  #armDone(): void {
    this.#pending--;
    if (this.#pending > 0) return;
    if (this.#arms.some(({ capture }) => capture.isTooLarge)) this.fail("body too large");
    else this.#settle(this.#job());
  }

  #job(): CompareJob {
    const answers = this.#arms.map(({ version, capture }) => ({ version, answer: capture.take() }));
    const [old, oldAgain] = answersOf(answers, "old");
    const [fresh] = answersOf(answers, "new");
    const asked = { method: this.#method, target: this.#target };
    if (old === undefined || fresh === undefined) return { ...asked, reason: "no answer" };
    const isOverloaded =
      this.#parts.isOverloaded() || answers.some(({ answer }) => overloadStatuses.has(answer.status));
    return { ...asked, old, new: fresh, oldAgain, isOverloaded };
  }

  #settle(job: CompareJob): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#payload = "";
    this.#parts.onSettled(job, this.#isSent);
  }
}

function answersOf(
  arms: readonly { readonly version: Version; readonly answer: CapturedAnswer }[],
  version: Version,
): readonly CapturedAnswer[] {
  return arms.filter((arm) => arm.version === version).map(({ answer }) => answer);
}
