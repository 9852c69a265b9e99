import type { Argv, CommandModule } from "yargs";
import { calculate, calculators } from "../../model/calc/calculators.ts";
import { calculationText } from "../../model/text/calculation.ts";
import { print, printJson } from "../output.ts";
import { jsonOption } from "../scenario-options.ts";

export const calcCommand: CommandModule = {
  command: "calc",
  describe: "Work out a formula without a scenario: erlang-b, mmc, size, usl, …",
  builder: (yargs) =>
    Object.keys(calculators)
      .reduce(addCalculator, yargs)
      .demandCommand(1, `Name a formula: ${Object.keys(calculators).join(", ")}.`)
      .strict(),
  handler: () => undefined,
};

function addCalculator(yargs: Argv, name: string): Argv {
  const calculator = calculators[name];
  if (calculator === undefined) return yargs;
  return yargs.command({
    command: name,
    describe: calculator.describe,
    builder: (inner) => {
      let described = inner.option("json", jsonOption);
      for (const [option, { describe, default: preset, isOptional }] of Object.entries(calculator.options)) {
        described = described.option(option, {
          type: "string",
          requiresArg: true,
          describe,
          ...(preset === undefined ? { demandOption: isOptional !== true } : { default: preset }),
        });
      }
      return described.example(`$0 calc ${calculator.example}`, "");
    },
    handler: async (written) => {
      const calculation = calculate(name, written);
      if (written["json"] === true) return await printJson({ formula: name, ...calculation });
      await print(calculationText(calculation));
    },
  });
}
