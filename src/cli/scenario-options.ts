/** What most commands take, said once: the scenario, values set in it, where to write, JSON instead of text. */

export const fileArgument = { type: "string", demandOption: true, describe: "Scenario file" } as const;

export const setOption = {
  type: "string",
  array: true,
  requiresArg: true,
  default: [] as string[],
  describe: "Set a value: users=5000",
} as const;

export const outOption = {
  type: "string",
  requiresArg: true,
  default: "reports",
  describe: "Where a directory of its own is made",
} as const;

/** Where reports are only written when it is given. */
export const optionalOutOption = {
  type: "string",
  requiresArg: true,
  describe: "Also write report.html, summary.md and result.json into a new directory under this one",
} as const;

export const allowTargetOption = {
  type: "string",
  array: true,
  requiresArg: true,
  default: [] as string[],
  describe:
    "Host outside this machine and private networks that may be loaded; the scenario must list it too",
} as const;

export const jsonOption = {
  type: "boolean",
  default: false,
  describe: "One JSON document on stdout",
} as const;

/** Of the commands that measure for real. */
export const measuringOptions = {
  set: setOption,
  out: outOption,
  "allow-target": allowTargetOption,
  json: jsonOption,
} as const;
