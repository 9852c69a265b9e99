import type { EventLoopSample } from "../base/event-loop.ts";
import type { PerVersion, Version } from "../base/version.ts";
import type { BreakerEvidence } from "../rollout/decision.ts";
import type { ComparePlan } from "../scenario/compare-plan.ts";
import type { ProvidedFlag } from "../scenario/flag-file.ts";
import type { MirrorPlan, SplitPlan } from "../scenario/plan.ts";
import type { BreakerPlan, HeaderRoute } from "../scenario/rollout-plan.ts";
import type { HealthPlan } from "../scenario/service-plan.ts";
import type { EjectionPlan } from "../scenario/split-protection-plan.ts";
import type { AdminAddress } from "./admin.ts";
import type { CompareReport } from "./comparing/compare-report.ts";
import type { NamedEndpoint } from "./comparing/endpoint-names.ts";
import type { FlagSource } from "./flags/follow-flags.ts";
import type { SplitterLimits } from "./limits.ts";
import type { EtcdKey } from "./split-etcd.ts";
import type { IdleConnections } from "./splitter.ts";

/** What a splitter process is started with. */
export type SplitterConfig = {
  /** Port 0 takes any free one; `"handed over"`: the socket of the process before is asked for and comes. */
  readonly listen: { readonly host: string; readonly port: number } | "handed over";
  /** Base URLs, `http://` only; several of one version share its requests, the least busy first. */
  readonly upstreams: PerVersion<readonly string[]>;
  /** What each version is sent as Host; undefined leaves what the client sent. */
  readonly hostHeaders?: PerVersion<string | undefined> | undefined;
  readonly split: SplitPlan;
  readonly mirror: MirrorPlan | undefined;
  /** Compares what old and new answer; the endpoints give requests their names. */
  readonly compare?: { readonly plan: ComparePlan; readonly endpoints: readonly NamedEndpoint[] } | undefined;
  readonly health: PerVersion<HealthPlan>;
  /** Cuts new off while too many of its requests fail. */
  readonly breaker?: BreakerPlan | undefined;
  /** Leaves single upstreams of both versions alone while their requests fail one after the other. */
  readonly ejection?: EjectionPlan | undefined;
  /** A file that holds the split and is followed while the splitter runs; see `followSplitFile`. */
  readonly splitFile?: string | undefined;
  /** A file of flags, one of which decides before the share; see `followFlags`. */
  readonly flags?: FlagSource | undefined;
  /** A key of etcd that holds the split; see `followSplitEtcd`. */
  readonly splitEtcd?: EtcdKey | undefined;
  /** The token is asked of every caller. */
  readonly admin: AdminAddress;
  readonly limits: SplitterLimits;
};

/** From the process that forked the splitter. It ends by itself when the parent is gone. */
export type ToSplitter =
  | { readonly type: "start"; readonly config: SplitterConfig }
  | {
      readonly type: "set-split";
      readonly newPerMillion: number;
      /** null takes it away; what is absent stays as it is. */
      readonly headerRoute?: HeaderRoute | null;
      readonly mirrorPerMillion?: number;
      readonly caller: string;
      readonly reason: string;
    }
  | { readonly type: "set-upstreams"; readonly version: Version; readonly urls: readonly string[] }
  /** Stand still with open connections. */
  | { readonly type: "hang"; readonly forMs: number }
  /** Another process takes over: give your listening socket, leave the admin endpoint, and go on until `stop`. */
  | { readonly type: "hand-over" }
  /** It did not: open the admin endpoint again. */
  | { readonly type: "take-back" }
  /** The listening socket travels with this message, and what the process before has learned. */
  | { readonly type: "socket"; readonly state?: unknown }
  | { readonly type: "stop"; readonly drainMs: number; readonly idleConnections?: IdleConnections };

/** To the parent. `stats` and `compare` come every second, and a last time before the process ends after `stop`. */
export type FromSplitter =
  | { readonly type: "listening"; readonly port: number; readonly adminPort: number }
  | { readonly type: "failed"; readonly sentence: string }
  /** Ready but for the socket of the process before. */
  | { readonly type: "wants-socket" }
  /** The listening socket travels with this message; the state is a `HandedState` of that process' version. */
  | { readonly type: "socket"; readonly state: unknown }
  | ({ readonly type: "stats"; readonly eventLoop: EventLoopSample } & SplitterStats)
  | { readonly type: "compare"; readonly processId: number; readonly report: CompareReport }
  | ({ readonly type: "event" } & SplitterEvent);

/** Something worth a line in the journal. */
export type SplitterEvent = {
  /** The machine's monotonic clock, as `systemClock` reads it. */
  readonly atMs: number;
  readonly kind:
    | "healthy"
    | "unhealthy"
    | "ejected"
    | "readmitted"
    | "spared"
    | "breaker-open"
    | "breaker-half-open"
    | "breaker-closed"
    | "split"
    | "split-refused"
    | "split-source"
    | "flags"
    | "flags-refused"
    | "upstreams"
    | "compare-stopped"
    | "took-over"
    | "draining";
  readonly version: Version | undefined;
  readonly reason: string;
  /** For `split`: who asked, and the share before and after. */
  readonly caller?: string;
  readonly fromPerMillion?: number;
  readonly toPerMillion?: number;
  /** And the header's route and the share of copies, where they were set. */
  readonly headerRoute?: HeaderRoute | null;
  readonly mirrorPerMillion?: number;
  /** For `flags`: the flag that decides from then on. */
  readonly providedFlag?: ProvidedFlag;
  /** For a breaker that opened or closed: the numbers behind it. */
  readonly breaker?: BreakerEvidence;
};

/** Answers by the hundreds of their status; interim ones are not counted. */
export const statusClasses = ["2xx", "3xx", "4xx", "5xx"] as const;
export type StatusClass = (typeof statusClasses)[number];

/** Why a request got no complete answer of a service. */
export const failureClasses = [
  "connect",
  "closed",
  "invalid",
  "truncated",
  "timeout",
  "unavailable",
  "client-gone",
  "client-error",
] as const;
export type FailureClass = (typeof failureClasses)[number];

/**
 * Counts since the last message, except `inFlight`. For each version
 * received − rerouted + rerouted of the other = answered + failed + growth of inFlight.
 */
export type VersionStats = {
  /** Requests that the split gave to this version. */
  readonly received: number;
  /** Requests written to an upstream of this version; a retry counts again. */
  readonly forwarded: number;
  readonly answered: Readonly<Record<StatusClass, number>>;
  readonly failed: Readonly<Record<FailureClass, number>>;
  /** Given to this version, and sent to the other because this one was out. */
  readonly rerouted: number;
  /** Repeated because a kept-alive connection turned out closed. */
  readonly retried: number;
  readonly inFlight: number;
  readonly healthy: boolean;
};

export type MirrorStats = {
  readonly copied: number;
  /** Not sent, because as many copies were under way as the plan allows, or the target is held to be down. */
  readonly dropped: number;
  readonly answered: number;
  readonly failed: number;
  readonly timedOut: number;
  /** Not sent, because the body was larger than the plan allows. */
  readonly tooLarge: number;
  readonly inFlight: number;
};

export type SplitterStats = {
  readonly atMs: number;
  readonly versions: PerVersion<VersionStats>;
  readonly mirror: MirrorStats;
  /** Of the copies that were answered: with 400 and above, and from sent to answered, all of them; HDR, base64. */
  readonly copies: { readonly errors: number; readonly histogram: string };
  /**
   * Requests decided by rules, by the flags of a provider and by the share, and how many the share alone should have
   * given to new.
   */
  readonly split: {
    readonly newPerMillion: number;
    readonly byShare: PerVersion<number>;
    readonly byFlag: PerVersion<number>;
    /** By a rule or a header that users are given. */
    readonly byRule: PerVersion<number>;
    readonly expectedNew: number;
  };
  /** Refused before a version was chosen: malformed, or beyond a limit. */
  readonly refused: number;
  readonly connections: { readonly open: number; readonly dropped: number };
  /** The splitter's own time per forwarded request, in ms; HDR histogram, base64. */
  readonly overhead: {
    readonly count: number;
    readonly meanMs: number;
    readonly maxMs: number;
    readonly histogram: string;
  };
};
