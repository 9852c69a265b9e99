import { exitCodes, UserError } from "../base/errors.ts";
import { InvariantError } from "../base/invariant.ts";
import { stoppedBy } from "./stop-signal.ts";

/** Answers go to stdout; everything that is only about the way there goes to stderr. */

/** Writes an answer and waits until it is out, so that no pipe cuts it. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

/** The one JSON document of `--json`. */
export function printJson(value: unknown): Promise<void> {
  return print(JSON.stringify(value, null, 2));
}

/** Whether to colour what goes to this stream: NO_COLOR forbids, FORCE_COLOR demands, else a terminal decides. */
export function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  const { env } = process;
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "") !== "") return env["FORCE_COLOR"] !== "0";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** A reader that closes its end (`| head`) has what it wanted. */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}

/** How texts for people are laid out on stdout. */
export function textLayout(columnsInPipe = 110): { readonly colour: boolean; readonly widthColumns: number } {
  return { colour: wantsColour(process.stdout), widthColumns: columnsOfOutput() ?? columnsInPipe };
}

/** Fewer make no line that can be read. */
const leastColumns = 20;

/** COLUMNS decides as POSIX has it, else the terminal; undefined in a pipe. */
export function columnsOfOutput(): number | undefined {
  const asked = process.env["COLUMNS"] ?? "";
  if (/^\d{1,4}$/.test(asked) && Number(asked) >= leastColumns) return Number(asked);
  return process.stdout.columns;
}

/**
 * Tells what went wrong. A user's error is a sentence and a remedy; only a bug shows its stack.
 *
 * @param command - whose help explains a bad command line
 * @returns the exit code
 */
export function reportError(error: unknown, command?: string): number {
  if (error instanceof UserError) {
    const isUsage = error.code === "usage" && command !== undefined;
    const remedy = isUsage ? `See \`twinlane ${command} --help\`.` : error.remedy;
    process.stderr.write(`${error.message}\n${remedy}\n`);
    return error.exitCode;
  }
  const signal = stoppedBy(error);
  if (signal !== undefined) {
    process.stderr.write(`Stopped by ${signal}, with nothing to tell yet.\n`);
    return exitCodes.stopped;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const kind =
    error instanceof InvariantError ? "A promise the program makes to itself was broken" : "Unexpected";
  process.stderr.write(`${kind}; this is a bug in twinlane.\n${stack}\n`);
  return exitCodes.bug;
}
