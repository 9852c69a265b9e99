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
  /** A health check is due; its subject is below 4. Or something rarer, as the subject's last three bits say. */
  check: 7,
} as const;

/** Events that share the kind of the checks; what they are about stands before these three bits, all 4 and above. */
export const rare = {
  /** A client's pause before a retry is over. */
  retry: 4,
  /** A server that was left alone is tried again. */
  readmit: 5,
  /** An autoscaler looks at a version. */
  look: 6,
  /** An autoscaler decides on what it saw, or a server that it started is ready. */
  scale: 7,
} as const;

export function rareEvent(subject: number, what: number): number {
  return (subject * 8 + what) * 8 + kind.check;
}
