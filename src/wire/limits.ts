/** Bounds on what one message may make its reader keep. */
export type WireLimits = {
  /** The start line and all header lines together; the trailer section has the same bound of its own. */
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  /** One chunk-size line with its extensions. */
  readonly maxChunkLineBytes: number;
};

export const defaultWireLimits: WireLimits = {
  maxHeadBytes: 16_384,
  maxHeaders: 100,
  maxChunkLineBytes: 256,
};
