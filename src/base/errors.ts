/**
 * Exit codes. 99 and 103–105 are those that users of k6 already test for; the rest follow them or sysexits.h.
 */
export const exitCodes = {
  pass: 0,
  usage: 2,
  bug: 70,
  generatorBound: 97,
  inconclusive: 98,
  failed: 99,
  unreachable: 103,
  invalidScenario: 104,
  stopped: 105,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Everything a user can get wrong, or a machine can refuse: its exit code and what to do about it. */
export const errorTable = {
  "scenario-invalid": {
    exitCode: exitCodes.invalidScenario,
    remedy: "Mend the places named above; `twinlane validate FILE` checks again without starting anything.",
  },
  "scenario-unreadable": {
    exitCode: exitCodes.invalidScenario,
    remedy: "Check the path and its permissions; `twinlane init` writes a first scenario.",
  },
  "not-built-yet": {
    exitCode: exitCodes.invalidScenario,
    remedy: "Take that part out to run the rest, or play the whole in virtual time: twinlane simulate FILE.",
  },
  "target-unreachable": {
    exitCode: exitCodes.unreachable,
    remedy: "Start the service, or correct its url in the scenario.",
  },
  "target-not-allowed": {
    exitCode: exitCodes.invalidScenario,
    remedy:
      "Load leaves loopback and private addresses only when the scenario lists the host under run.allowTargets and the command line names it with --allow-target HOST.",
  },
  "port-in-use": {
    exitCode: exitCodes.usage,
    remedy: "Choose another address with --listen, or port 0 for any free one.",
  },
  "process-failed": {
    exitCode: exitCodes.unreachable,
    remedy: "The lines above are what the process printed last.",
  },
  "store-missing": {
    exitCode: exitCodes.unreachable,
    remedy: "Or name a server that runs already with `url`, or leave `kind` out: modelled stores need none.",
  },
  "run-directory": {
    exitCode: exitCodes.usage,
    remedy: "Name a writable place with --out DIR; a directory that holds a run is never written over.",
  },
  "result-unreadable": {
    exitCode: exitCodes.usage,
    remedy:
      "Name what Twinlane wrote: a directory of `run`, `search`, `simulate --out` or `model --out`, or a file in it.",
  },
  "calibration-impossible": {
    exitCode: exitCodes.usage,
    remedy:
      "Name runs of the same services at two or more loads; each is a run directory or its result.json.",
  },
  usage: {
    exitCode: exitCodes.usage,
    remedy: "See `twinlane --help`.",
  },
} as const satisfies Record<string, { exitCode: ExitCode; remedy: string }>;

export type ErrorCode = keyof typeof errorTable;

/** A user's mistake or a refusal of the surroundings: printed as a sentence and a remedy, without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, sentence: string) {
    super(sentence);
    this.code = code;
  }

  get exitCode(): ExitCode {
    return errorTable[this.code].exitCode;
  }

  get remedy(): string {
    return errorTable[this.code].remedy;
  }
}
