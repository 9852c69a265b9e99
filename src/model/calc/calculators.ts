import { UserError } from "../../base/errors.ts";
import { type Calculation, type Calculator, readOptions } from "./calculator.ts";
import { erlangBCalculator, finiteCalculator, mmckCalculator } from "./limited-queues.ts";
import { mvaCalculator, uslCalculator } from "./networks.ts";
import { coldCacheCalculator, forkJoinCalculator, pairsCalculator } from "./parallel.ts";
import { retriesCalculator } from "./retries.ts";
import { sizeCalculator } from "./size.ts";
import { availabilityCalculator, cheCalculator, ttlCalculator } from "./stores.ts";
import { mg1Calculator, mgcCalculator, mmcCalculator } from "./unlimited-queues.ts";

/** Every calculator, by the name that `twinlane calc` takes. */
export const calculators: Readonly<Record<string, Calculator>> = {
  "erlang-b": erlangBCalculator,
  mmc: mmcCalculator,
  mmck: mmckCalculator,
  finite: finiteCalculator,
  mg1: mg1Calculator,
  mgc: mgcCalculator,
  mva: mvaCalculator,
  usl: uslCalculator,
  che: cheCalculator,
  ttl: ttlCalculator,
  retries: retriesCalculator,
  pairs: pairsCalculator,
  "fork-join": forkJoinCalculator,
  "cold-cache": coldCacheCalculator,
  size: sizeCalculator,
  availability: availabilityCalculator,
};

/**
 * Runs a calculator on options as written on the command line.
 *
 * @throws UserError `usage` for an option that is missing or unreadable, and for demands without an answer
 */
export function calculate(name: string, written: Readonly<Record<string, unknown>>): Calculation {
  const calculator = calculators[name];
  if (calculator === undefined) {
    throw new UserError(
      "usage",
      `calc ${name}: no such calculator; known: ${Object.keys(calculators).join(", ")}.`,
    );
  }
  return calculator.calculate(readOptions(calculator, written));
}
