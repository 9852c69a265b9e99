/** What an event in the heap is about; its payload is a request's handle, a server, a user or a version, × 8 + kind. */
export const kind = {
  /** A request reaches the servers. */
  arrive: 0,
  /** A server's shared cores are done with a request. */
  tick: 1,
  worked: 2,
  queried: 3,
  /** An answer reaches the user. */
  answered: 4,
  /** A closed user asks. */
  ask: 5,
  /** A fault begins or ends. */
  turn: 6,
  /** A health check is due. */
  check: 7,
} as const;
