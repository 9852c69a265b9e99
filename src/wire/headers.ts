/**
 * Names of the headers that our processes speak to one another with, in lower case. A real service may ignore
 * them all; one that answers with a Server-Timing of its own has it read.
 */
export const headerNames = {
  /** One per request, the same on its mirrored copy. */
  requestId: "x-request-id",
  /** The driver's number of the request, counted over all drivers; decides per-request splits and mirroring. */
  ordinal: "x-twinlane-ordinal",
  /** The default key of sticky splits. */
  userId: "x-user-id",
  /** On a response: the version that answered, `old` or `new`. */
  version: "x-twinlane-version",
  /** On a mirrored copy: `1`. Services pass it on to what they call. */
  mirrored: "x-twinlane-mirror",
  /** On the copy of a write that is compared: `1`. The service answers as it would and changes nothing. */
  dryRun: "x-twinlane-dry-run",
  /** On a compared write and its copies, the same on all. */
  idempotencyKey: "idempotency-key",
  /**
   * W3C Server-Timing. The splitter adds `splitter;dur=0.042` (its own time) and `upstream;dur=20.3` (request
   * forwarded to first byte back); a mock writes `queue;dur=…, service;dur=…`. All durations in ms.
   */
  serverTiming: "server-timing",
} as const;
