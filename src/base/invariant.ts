/** A broken assumption of the program itself: reported as a bug (exit code 70), with its stack. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * States what must hold here whatever the input was. Bad input is a `UserError`, never this.
 *
 * @throws InvariantError when `condition` is false
 */
export function invariant(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new InvariantError(`invariant broken: ${claim}`);
}

/** Ends a switch over a closed set; the compiler complains when a member is missing. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value: ${String(value)}`);
}
