import { type PerVersion, perVersion, type Version, versions } from "../../base/version.ts";
import type { NotComparedReason } from "../../compare/answer.ts";
import type { ComparePlan } from "../../scenario/compare-plan.ts";
import { safeMethods } from "../../scenario/compare-schema.ts";
import type { Head } from "../../wire/head.ts";
import { headerNames } from "../../wire/headers.ts";
import type { Deadlines } from "../deadlines.ts";
import { MirrorCopy } from "../mirror-copy.ts";
import type { RequestHead } from "../request-head.ts";
import type { Router } from "../router.ts";
import type { UpstreamPool } from "../upstream-pool.ts";
import type { CompareJob } from "./compare-messages.ts";
import { CompareQueue } from "./compare-queue.ts";
import { type CompareReport, compareReport } from "./compare-report.ts";
import { ComparedRequest, type ComparedRequestParts } from "./compared-request.ts";
import type { NamedEndpoint } from "./endpoint-names.ts";

/** How long after a comparison found no room the others count as made under overload. */
const overloadForMs = 1000;

export type ComparerParts = {
  readonly endpoints: readonly NamedEndpoint[];
  readonly router: Router;
  readonly deadlines: Deadlines;
  /** Connections for copies alone. */
  readonly makePool: (version: Version, maxConnections: number) => UpstreamPool;
  readonly isUp: (version: Version) => boolean;
  readonly onGone: (reason: string) => void;
};

/**
 * Has requests answered by both versions and their answers compared. The user's own answer is one side; the other
 * version, and for the noise old once more, get copies at the same moment. Nothing here is waited for by a user.
 */
export class Comparer {
  readonly plan: ComparePlan;
  readonly pools: PerVersion<UpstreamPool>;
  readonly #parts: ComparerParts;
  readonly #queue: CompareQueue;
  readonly #methods: ReadonlySet<string>;
  readonly #copies = new Set<MirrorCopy>();
  /** Of jobs for which the comparing thread had no room; it counts all others. */
  #unseen: Partial<Record<NotComparedReason, number>> = {};
  #wanted = 0;
  #underWay = 0;
  #lastRefusedMs = Number.NEGATIVE_INFINITY;
  #lastReport: CompareReport | undefined;

  constructor(plan: ComparePlan, parts: ComparerParts) {
    const { rules, thresholds } = plan;
    this.plan = plan;
    this.#parts = parts;
    this.#methods = new Set(plan.methods);
    // At most two copies of a request go to one version.
    this.pools = perVersion((version) => parts.makePool(version, plan.maxInFlight * 2));
    this.#queue = new CompareQueue({ rules, thresholds, endpoints: parts.endpoints }, parts.onGone);
  }

  /** Starts the comparison of a request that the share falls on; a copy is never compared. */
  draft(head: Head, decided: Version, ordinal: number): ComparedRequest | undefined {
    const isWanted =
      this.#parts.router.isMirrored(ordinal, this.plan.perMillion) &&
      (this.#methods.has(head.method) || !safeMethods.has(head.method)) &&
      head.find(headerNames.mirrored) === -1;
    if (!isWanted) return undefined;
    this.#wanted++;
    const compared = this.#compared(head, decided);
    if (!this.#methods.has(head.method)) compared.fail("a write");
    else if (head.contentLength > this.plan.maxBodyBytes) compared.fail("body too large");
    return compared;
  }

  /** The head under which a write is forwarded, so that the service can tell its copy. */
  mark(request: RequestHead, head: Head): RequestHead {
    const needsKey =
      this.plan.writes === "idempotency-key" &&
      !safeMethods.has(head.method) &&
      this.#methods.has(head.method) &&
      head.find(headerNames.idempotencyKey) === -1;
    if (!needsKey) return request;
    const id = new RegExp(`^${headerNames.requestId}:[ \t]*([^\r\n]*)`, "im").exec(request.fields)?.[1] ?? "";
    return { ...request, fields: `${request.fields}${headerNames.idempotencyKey}: ${id}\r\n` };
  }

  async report(): Promise<CompareReport> {
    const summary = await this.#queue.summary();
    this.#lastReport = compareReport(summary, this.#unseen, {
      wanted: this.#wanted,
      noise: this.plan.noise,
    });
    return this.#lastReport;
  }

  get lastReport(): CompareReport | undefined {
    return this.#lastReport;
  }

  setUpstreams(version: Version, urls: readonly string[]): void {
    this.pools[version].setUpstreams(urls);
  }

  /** Lets copies under way end by their own deadline, at most for that long, and compares what has come. */
  async stop(drainMs: number): Promise<void> {
    const endMs = performance.now() + Math.min(drainMs, this.plan.deadlineMs);
    while (this.#copies.size > 0 && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const copy of [...this.#copies]) copy.onDeadline();
    await this.#queue.stop();
    for (const version of versions) this.pools[version].destroy();
  }

  #compared(head: Head, decided: Version): ComparedRequest {
    const other = decided === "old" ? "new" : "old";
    const copiesTo: readonly Version[] = this.plan.noise === "old-twice" ? [other, "old"] : [other];
    const parts: ComparedRequestParts = {
      limits: { headers: this.plan.rules.headers, maxBodyBytes: this.plan.maxBodyBytes },
      copiesTo,
      refusal: () => this.#refusal(copiesTo),
      sendCopy: (copy) => this.#sendCopy(copy),
      isOverloaded: () => this.#parts.deadlines.nowMs - this.#lastRefusedMs < overloadForMs,
      onSettled: (job, wasSent) => {
        if (wasSent) this.#underWay--;
        this.#deliver(job);
      },
    };
    return new ComparedRequest({ method: head.method, target: head.target() }, decided, parts);
  }

  /** Asked right before the copies leave; from then on the request counts as under way. */
  #refusal(copiesTo: readonly Version[]): NotComparedReason | undefined {
    if (!copiesTo.every((version) => this.#parts.isUp(version))) return "version out";
    if (this.#underWay >= this.plan.maxInFlight) {
      this.#lastRefusedMs = this.#parts.deadlines.nowMs;
      return "no room";
    }
    this.#underWay++;
    return undefined;
  }

  #sendCopy({
    to,
    request,
    payload,
    capture,
    onDone,
  }: Parameters<ComparedRequestParts["sendCopy"]>[0]): void {
    const isDryRun = this.plan.writes === "dry-run" && !safeMethods.has(request.method);
    const { method, target, host } = request;
    const fields = isDryRun ? `${request.fields}${headerNames.dryRun}: 1\r\n` : request.fields;
    const copy = new MirrorCopy({ method, target, host, fields }, payload, {
      capture,
      onDone: (copyDone, outcome) => {
        this.#copies.delete(copyDone);
        this.#parts.deadlines.delete(copyDone);
        onDone(outcome);
      },
    });
    this.#copies.add(copy);
    copy.deadlineMs = this.#parts.deadlines.nowMs + this.plan.deadlineMs;
    this.#parts.deadlines.add(copy);
    copy.start(this.pools[to]);
  }

  #deliver(job: CompareJob): void {
    if (this.#queue.add(job)) return;
    const reason = "reason" in job ? job.reason : "no room";
    this.#unseen[reason] = (this.#unseen[reason] ?? 0) + 1;
  }
}
