import yargs, { type CommandModule } from "yargs";
import { hideBin } from "yargs/helpers";
import { UserError } from "../base/errors.ts";
import { calculators } from "../model/calc/calculators.ts";
import { calcCommand } from "./commands/calc.ts";
import { calibrateCommand } from "./commands/calibrate.ts";
import { compareCommand } from "./commands/compare.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { initCommand } from "./commands/init.ts";
import { mockCommand } from "./commands/mock.ts";
import { modelCommand } from "./commands/model.ts";
import { predictCommand } from "./commands/predict.ts";
import { reportCommand } from "./commands/report.ts";
import { runCommand } from "./commands/run.ts";
import { searchCommand } from "./commands/search.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { splitCommand } from "./commands/split.ts";
import { validateCommand } from "./commands/validate.ts";
import { whatIfCommand } from "./commands/what-if.ts";
import { readableHelp } from "./help-text.ts";
import { columnsOfOutput, ignoreClosedPipes, print, reportError } from "./output.ts";
import { packageVersion } from "./package-version.ts";
import { inOurWords } from "./usage-words.ts";

declare module "yargs" {
  interface Argv {
    /** Its types leave out the second argument: an option that isn't global is forgotten by commands. */
    global(key: string, isGlobal: boolean): this;
  }
}

/** The command line: reads arguments, hands over to one command, turns its end into an exit code. */
export async function main(argv: readonly string[] = hideBin(process.argv)): Promise<void> {
  ignoreClosedPipes();
  try {
    let told = "";
    await commandLine(argv).parseAsync([...argv], {}, (_error, _arguments, output) => {
      told = output;
    });
    if (told !== "") await print(readableHelp(told));
  } catch (error) {
    process.exitCode = reportError(error, commandNamed(argv));
  }
}

/** Whose help tells more, a formula of `calc` among them; undefined where the first word is no command. */
function commandNamed([word, formula = ""]: readonly string[]): string | undefined {
  const all: readonly Pick<CommandModule, "command">[] = [
    runCommand,
    validateCommand,
    simulateCommand,
    modelCommand,
    searchCommand,
    calibrateCommand,
    predictCommand,
    compareCommand,
    doctorCommand,
    whatIfCommand,
    calcCommand,
    reportCommand,
    initCommand,
    splitCommand,
    mockCommand,
  ];
  if (!all.some(({ command }) => String(command).split(" ")[0] === word)) return undefined;
  return word === "calc" && formula in calculators ? `${word} ${formula}` : word;
}

const usage = `$0 <command>

Load tests, simulates and sizes an old and a new version of a service running side by side,
from one scenario file.`;

const exitCodeTable = `Exit codes:
    0  pass                     99  a gate or SLO failed       103  a target can't be reached
    2  bad command line         98  inconclusive, or no data   104  the scenario is invalid
   70  a bug                    97  the load generator was     105  stopped by a signal,
                                    the bottleneck                  results written`;

const narrowExitCodeTable = `Exit codes:
    0  pass
    2  bad command line
   70  a bug
   97  the load generator was the bottleneck
   98  inconclusive, or no data
   99  a gate or SLO failed
  103  a target can't be reached
  104  the scenario is invalid
  105  stopped by a signal, results written`;

const widestHelp = 100;
/** Below it the table of exit codes would break within its columns. */
const threeColumnsOfCodes = 96;

function commandLine(argv: readonly string[]) {
  const widthColumns = Math.min(widestHelp, columnsOfOutput() ?? widestHelp);
  return yargs([...argv])
    .scriptName("twinlane")
    .usage(usage)
    .command(runCommand)
    .command(validateCommand)
    .command(simulateCommand)
    .command(modelCommand)
    .command(searchCommand)
    .command(calibrateCommand)
    .command(predictCommand)
    .command(compareCommand)
    .command(doctorCommand)
    .command(whatIfCommand)
    .command(calcCommand)
    .command(reportCommand)
    .command(initCommand)
    .command(splitCommand)
    .command(mockCommand)
    .demandCommand(1, "Name a command.")
    .recommendCommands()
    .strict()
    .version(packageVersion())
    .alias({ h: "help", v: "version" })
    .global("version", false)
    .epilogue(widthColumns < threeColumnsOfCodes ? narrowExitCodeTable : exitCodeTable)
    .wrap(widthColumns)
    .exitProcess(false)
    .fail((message: string, error: Error | undefined) => {
      throw error === undefined || error.name === "YError"
        ? new UserError("usage", inOurWords(message))
        : error;
    });
}
