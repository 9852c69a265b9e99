import { randomStream, type Uniform } from "../../base/random.ts";
import type { RunPlan, SplitPlan } from "../../scenario/plan.ts";
import type { HeaderRoute } from "../../scenario/rollout-plan.ts";
import type { EndpointPlan } from "../../scenario/workload-plan.ts";
import { type PathWriter, pathTemplate } from "../../workload/path-template.ts";
import { PlannedSubject } from "../../workload/planned-subject.ts";
import { requestMix } from "../../workload/request-mix.ts";
import { decideVersion, isMirrored, type SplitSubject, withHeaderRoute } from "../../workload/split.ts";
import { identifyUsers, userOfOrdinal } from "../../workload/user-identity.ts";
import { simulatedServices } from "../settings.ts";

/** Users whose version is remembered; of more, it is worked out for each request. */
const maxRememberedUsers = 10_000_000;

/** 0 old, 1 new: versions as the engine's columns hold them. */
export type VersionIndex = 0 | 1;

/**
 * What each request is and asks for, drawn when it comes due and in the order of coming due, so that two variants
 * of a scenario meet the same requests. Who asks, what for, and who is to answer is settled by the very code of a
 * real run. The fields tell of the request that was drawn last.
 */
export class RequestSource {
  /** Where the request's service time lies in its law: the uniform number for the law's sampler, in (0, 1]. */
  work = 1;
  /** Compared with the share of errors, in (0, 1]. */
  luck = 1;
  endpoint = 0;
  cacheMs = 0;
  reads = 0;
  writes = 0;
  /** What is wrong with the cache at the moment. */
  cacheTrouble: CacheTrouble | undefined;
  /** Share of requests that are copied. */
  mirrorPerMillion: number;

  readonly #plan: RunPlan;
  #split: SplitPlan;
  readonly #work: Uniform;
  readonly #luck: Uniform | undefined;
  readonly #stores: Uniform | undefined;
  readonly #cacheTroubles: Uniform;
  /** Of what attempts after the first one meet. */
  readonly #again: Uniform;
  readonly #userOf: (ordinal: number) => number;
  readonly #identify: ReturnType<typeof identifyUsers>;
  readonly #mix: (ordinal: number) => number;
  readonly #versionOfUser: Uint8Array;
  readonly #copiedEndpoints: readonly boolean[];
  readonly #anonymous: AnonymousSubject = anonymous();
  readonly #subject: PlannedSubject;
  /** By endpoint; undefined where no rule looks at a request. */
  readonly #writePaths: readonly PathWriter[] | undefined;
  #rememberedShare = -1;

  /** @param trafficSeed - of who asks and what for; `seed` is of the work that it means */
  constructor(plan: RunPlan, seed: number, trafficSeed = seed) {
    this.#plan = plan;
    this.#split = plan.split;
    this.mirrorPerMillion = plan.mirror?.perMillion ?? 0;
    this.#work = randomStream(seed, "work");
    this.#luck = canFail(plan) ? randomStream(seed, "errors") : undefined;
    const { database, cache } = plan.stores;
    this.#stores = database || cache ? randomStream(seed, "stores") : undefined;
    this.#again = randomStream(seed, "retries/work");
    this.#cacheTroubles = randomStream(seed, "cache-faults");
    this.#userOf = userOfOrdinal(plan.users, trafficSeed);
    this.#identify = identifyUsers(plan.split);
    this.#mix = requestMix(plan.endpoints, trafficSeed);
    const isOfUsers = plan.split.by === "user" || plan.split.flags.length > 0;
    const mayRemember = isOfUsers && !dependsOnEndpoint(plan);
    this.#versionOfUser = new Uint8Array(mayRemember ? Math.min(plan.users, maxRememberedUsers) : 0);
    this.#subject = new PlannedSubject(plan);
    this.#writePaths =
      plan.split.rules && plan.endpoints.map((endpoint) => pathWriter(endpoint, trafficSeed));
    this.#copiedEndpoints = plan.endpoints.map(
      ({ method }) => plan.mirror?.methods.includes(method) ?? false,
    );
  }

  draw(ordinal: number): void {
    this.work = this.#work();
    if (this.#luck !== undefined) this.luck = this.#luck();
    this.endpoint = this.#mix(ordinal);
    if (this.#stores !== undefined) this.#visitStores(this.#stores);
  }

  /** A header's own route to new, from now on. */
  setRoute(headerRoute: HeaderRoute | undefined): void {
    const { headerRoute: before } = this.#split;
    if (before?.header === headerRoute?.header && before?.equals === headerRoute?.equals) return;
    this.#split = withHeaderRoute(this.#split, headerRoute ?? null);
    this.#rememberedShare = -1;
  }

  /** The same request once more: what it asks for is known, what it meets is drawn anew. */
  drawAgain(endpoint: number): void {
    this.endpoint = endpoint;
    this.work = this.#again();
    if (this.#luck !== undefined) this.luck = this.#again();
    if (this.#stores !== undefined) this.#visitStores(this.#again);
  }

  /** Who is to answer. In an open load, whose user is -1, the number of the request tells who asks. */
  versionOf(ordinal: number, askedBy: number, newPerMillion: number): VersionIndex {
    const split = this.#split;
    const writePath = this.#writePaths?.[this.endpoint];
    const looksAtUsers = split.flags.length > 0 || (split.headerRoute ?? split.providedFlag) !== undefined;
    if (writePath === undefined && split.by === "request" && !looksAtUsers) {
      this.#anonymous.ordinal = ordinal;
      return decideVersion(split, newPerMillion, this.#anonymous) === "new" ? 1 : 0;
    }
    const user = this.askerOf(ordinal, askedBy);
    if (writePath !== undefined) {
      return this.#decide(ordinal, user, newPerMillion, () => writePath(ordinal, user));
    }
    if (split.by === "request" || user >= this.#versionOfUser.length) {
      return this.#decide(ordinal, user, newPerMillion);
    }
    if (newPerMillion !== this.#rememberedShare) {
      this.#versionOfUser.fill(unknown);
      this.#rememberedShare = newPerMillion;
    }
    const known = this.#versionOfUser[user] as number;
    if (known !== unknown) return known === knownNew ? 1 : 0;
    const version = this.#decide(ordinal, user, newPerMillion);
    this.#versionOfUser[user] = version === 1 ? knownNew : knownOld;
    return version;
  }

  /** The user behind a request. */
  askerOf(ordinal: number, askedBy: number): number {
    return askedBy < 0 ? this.#userOf(ordinal) : askedBy;
  }

  /** Whether the request drawn last is also copied. */
  isCopied(ordinal: number): boolean {
    if (this.mirrorPerMillion === 0 || !this.#copiedEndpoints[this.endpoint]) return false;
    return isMirrored(this.#split.seed, ordinal, this.mirrorPerMillion);
  }

  /** @returns the hits that are left */
  #troubled({ failShare, slowFactor, delayMs, jitterMs }: CacheTrouble, hits: number, asked: number): number {
    const uniform = this.#cacheTroubles;
    let left = 0;
    for (let hit = 0; hit < hits; hit++) if (uniform() > failShare) left++;
    const lateMs = jitterMs === 0 ? 0 : jitterMs * (2 * uniform() - 1);
    this.cacheMs = left * (this.#plan.stores.cache?.hitMs ?? 0) * slowFactor + asked * (delayMs + lateMs);
    return left;
  }

  #decide(ordinal: number, user: number, newPerMillion: number, target = noTarget): VersionIndex {
    const request = { ordinal, endpoint: this.endpoint, identity: this.#identify(user) };
    const version = decideVersion(this.#split, newPerMillion, this.#subject.of(request, target));
    return version === "new" ? 1 : 0;
  }

  /** `readsPerRequest` reads, a fraction being a chance of one more; each is a hit or goes to the database. */
  #visitStores(uniform: Uniform): void {
    const { database, cache } = this.#plan.stores;
    const wanted = database?.readsPerRequest ?? 1;
    const whole = Math.floor(wanted);
    const asked = wanted === whole || uniform() > wanted - whole ? whole : whole + 1;
    let hits = 0;
    if (cache !== undefined) for (let read = 0; read < asked; read++) if (uniform() <= cache.hitRatio) hits++;
    this.cacheMs = hits * (cache?.hitMs ?? 0);
    if (this.cacheTrouble !== undefined) hits = this.#troubled(this.cacheTrouble, hits, asked);
    this.reads = database === undefined ? 0 : asked - hits;
    this.writes = database !== undefined && uniform() <= database.writeShare ? 1 : 0;
  }
}

/** An answer of the cache that fails sends the read to the database. */
export type CacheTrouble = {
  readonly failShare: number;
  readonly slowFactor: number;
  readonly delayMs: number;
  readonly jitterMs: number;
};

/** Whether an endpoint's own headers hold what a flag or the user's key is read from. */
function dependsOnEndpoint({ split, endpoints, rollout }: RunPlan): boolean {
  const routes = rollout?.steps.flatMap(({ headerRoute }) => headerRoute?.header ?? []) ?? [];
  const names = new Set([...split.flags.map(({ header }) => header), split.userKey.name, ...routes]);
  return endpoints.some(({ headers }) => Object.keys(headers).some((name) => names.has(name.toLowerCase())));
}

/** A path as the driver writes it; a value from a file, which a simulation does not read, is left empty. */
function pathWriter({ path, name }: EndpointPlan, seed: number): PathWriter {
  return pathTemplate(path, { seed, purpose: `path/${name}`, readColumn: () => [""] });
}

/** Who sends nothing that a flag or a rule could look at. */
type AnonymousSubject = { -readonly [key in keyof SplitSubject]: SplitSubject[key] };

function anonymous(): AnonymousSubject {
  const nothing = () => undefined;
  return {
    header: nothing,
    cookie: nothing,
    method: noTarget,
    target: noTarget,
    userKey: undefined,
    ordinal: 0,
  };
}

const noTarget = () => "";

/** A share of 0 needs no chance: luck then stays at 1, above every other share's reach. */
function canFail(plan: RunPlan): boolean {
  const services = simulatedServices(plan);
  const hasErrors = services.old.errorShare > 0 || services.new.errorShare > 0;
  return hasErrors || plan.faults.some(({ kind }) => kind === "errors");
}

const unknown = 0;
const knownOld = 1;
const knownNew = 2;
