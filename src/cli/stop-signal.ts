/** Exit codes of a process ended by a signal: 128 and the signal's number. */
const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** The signal that an abandoned command gives as its reason; undefined for any other error. */
export function stoppedBy(error: unknown): keyof typeof signalExitCodes | undefined {
  return error === "SIGINT" || error === "SIGTERM" ? error : undefined;
}

/**
 * The first Ctrl-C or SIGTERM asks for an orderly end; the second ends at once, and the other processes with
 * this one.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(signalExitCodes[name]);
      process.stderr.write(`\n${name}: ending in order; once more ends at once.\n`);
      controller.abort(name);
    });
  }
  return controller.signal;
}
