import type { Version } from "../base/version.ts";
import type { MirrorPlan } from "../scenario/plan.ts";
import type { Head } from "../wire/head.ts";
import { headerNames } from "../wire/headers.ts";
import type { CopiedRequest, CopyDraft } from "./copy-draft.ts";
import type { Counters } from "./counters.ts";
import type { Deadlines } from "./deadlines.ts";
import { type CopyListeners, type CopyOutcome, MirrorCopy } from "./mirror-copy.ts";
import { QuietWork } from "./quiet-work.ts";
import type { Router } from "./router.ts";
import type { UpstreamPool } from "./upstream-pool.ts";

/** Of the copies that may be under way, the share that may wait for a quiet moment. */
const heldBackShare = 0.25;

export type MirrorParts = {
  readonly counters: Counters;
  readonly router: Router;
  readonly deadlines: Deadlines;
  /** Whether the version that gets the copies is held to be healthy. */
  readonly isTargetUp: () => boolean;
};

/**
 * Sends copies of one version's requests to the other and throws the answers away. The caller's request never
 * waits for it: copies have connections of their own, and where as many are under way as the plan allows, or a
 * body is too large, none is sent and that is counted.
 */
export class Mirror {
  readonly plan: MirrorPlan;
  readonly pool: UpstreamPool;
  readonly #counters: Counters;
  readonly #router: Router;
  readonly #deadlines: Deadlines;
  readonly #isTargetUp: () => boolean;
  readonly #methods: ReadonlySet<string>;
  readonly #underWay = new Set<MirrorCopy>();
  /** Copies are sent, and late ones broken off, when users need nothing. */
  readonly #quietWork: QuietWork;
  readonly #listeners: CopyListeners;

  constructor(plan: MirrorPlan, pool: UpstreamPool, parts: MirrorParts) {
    this.plan = plan;
    this.pool = pool;
    this.#counters = parts.counters;
    this.#router = parts.router;
    this.#deadlines = parts.deadlines;
    this.#isTargetUp = parts.isTargetUp;
    this.#methods = new Set(plan.methods);
    this.#quietWork = new QuietWork(plan.maxInFlight * heldBackShare, () => this.#counters.usersSteps);
    this.#listeners = {
      onDone: (copy, outcome) => this.#onDone(copy, outcome),
      breakOff: (connection) => this.#quietWork.add(() => connection.destroy()),
    };
  }

  /** Starts a copy of a request that the share falls on; a request that is a copy itself is not copied again. */
  draft(head: Head, version: Version, ordinal: number): MirrorDraft | undefined {
    const isWanted =
      version !== this.plan.to &&
      this.#methods.has(head.method) &&
      this.#router.isMirrored(ordinal, this.#router.mirrorPerMillion ?? this.plan.perMillion) &&
      head.find(headerNames.mirrored) === -1;
    if (!isWanted) return undefined;
    const draft = new MirrorDraft(this);
    if (head.contentLength > this.plan.maxBodyBytes) draft.giveUp();
    return draft;
  }

  countTooLarge(): void {
    this.#counters.mirror.tooLarge++;
  }

  /** Sends a copy, or drops it. */
  send(request: CopiedRequest, payload: string): void {
    const counts = this.#counters.mirror;
    if (this.#underWay.size >= this.plan.maxInFlight || !this.#isTargetUp()) {
      counts.dropped++;
      return;
    }
    const copy = new MirrorCopy(request, payload, this.#listeners);
    counts.copied++;
    counts.inFlight++;
    this.#underWay.add(copy);
    copy.deadlineMs = this.#deadlines.nowMs + this.plan.deadlineMs;
    this.#deadlines.add(copy);
    this.#quietWork.add(() => copy.start(this.pool));
  }

  #onDone(copy: MirrorCopy, outcome: CopyOutcome): void {
    const { mirror, copyTimes } = this.#counters;
    this.#underWay.delete(copy);
    this.#deadlines.delete(copy);
    mirror[outcome]++;
    mirror.inFlight--;
    if (outcome !== "answered") return;
    copyTimes.record(performance.now() - copy.startedMs);
    if (copy.status >= 400) this.#counters.copyErrors++;
  }

  /** Gives up every copy under way. */
  stop(): void {
    for (const copy of [...this.#underWay]) copy.onDeadline();
    this.pool.destroy();
  }
}

/** A request that is to be copied. */
export class MirrorDraft implements CopyDraft {
  readonly #mirror: Mirror;
  #payload = "";
  #isGivenUp = false;
  #isSent = false;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** A further piece of the body in its wire form. Longer than the plan allows: there will be no copy. */
  add(piece: string): void {
    if (this.#isGivenUp) return;
    if (this.#payload.length + piece.length > this.#mirror.plan.maxBodyBytes) {
      this.giveUp();
      return;
    }
    this.#payload += piece;
  }

  giveUp(): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#payload = "";
    this.#mirror.countTooLarge();
  }

  /** The request is complete and has been forwarded. */
  send(request: CopiedRequest): void {
    if (this.#isGivenUp || this.#isSent) return;
    this.#isSent = true;
    this.#mirror.send(request, this.#payload);
  }
}
