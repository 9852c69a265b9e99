import type { PerVersion } from "../base/version.ts";
import type { Head } from "../wire/head.ts";
import type { Comparer } from "./comparing/comparer.ts";
import type { Counters } from "./counters.ts";
import type { Deadlines } from "./deadlines.ts";
import type { HealthBook } from "./health-book.ts";
import type { SplitterLimits } from "./limits.ts";
import type { Mirror } from "./mirror.ts";
import type { Protection } from "./protection.ts";
import type { Router } from "./router.ts";
import type { UpstreamPool } from "./upstream-pool.ts";

/** What every connection of a splitter shares. */
export type SplitterContext = {
  readonly limits: SplitterLimits;
  readonly router: Router;
  readonly pools: PerVersion<UpstreamPool>;
  readonly mirror: Mirror | undefined;
  readonly comparer: Comparer | undefined;
  readonly health: HealthBook;
  readonly protection: Protection;
  readonly counters: Counters;
  readonly deadlines: Deadlines;
  /** For the parsers of all clients: a head is read at once. */
  readonly clientHead: Head;
  readonly newRequestId: () => string;
  /** Whether every upstream is sent the client's own Host. */
  readonly keepsHost: boolean;
  /** True from `stop` on: answers then end their connections. */
  readonly isDraining: () => boolean;
};
