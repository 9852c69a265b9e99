import type { CommandModule } from "yargs";
import { systemClock } from "../../base/clock.ts";
import { exitCodes } from "../../base/errors.ts";
import { print, printJson, wantsColour } from "../output.ts";
import { jsonOption } from "../scenario-options.ts";
import { stopSignal } from "../stop-signal.ts";

type Arguments = { json: boolean };

export const doctorCommand: CommandModule<object, Arguments> = {
  command: "doctor",
  describe: "Measure what this machine can measure: floor, reachable rate, timers, limits",
  builder: (yargs) =>
    yargs
      .option("json", jsonOption)
      .example("$0 doctor", "about fifteen seconds; best on a machine that is otherwise idle"),
  handler: async ({ json }) => {
    const signal = stopSignal();
    const { gatherMachineFacts } = await import("../../measure/host/machine-facts.ts");
    const { checkMachine } = await import("../../measure/host/machine-checks.ts");
    const { checkInstrument } = await import("../../measure/calibration-checks.ts");
    const { calibrateAlone } = await import("../../measure/calibration.ts");
    const { measureReach } = await import("../../measure/calibration-reach.ts");
    const { renderDoctor } = await import("../doctor-text.ts");
    process.stderr.write("looking at the machine, the floor and the reachable rate …\n");
    const facts = await gatherMachineFacts(systemClock);
    const calibration = await calibrateAlone(signal);
    const reaches = signal.aborted ? undefined : await measureReach(signal);
    if (signal.aborted) process.exitCode = exitCodes.stopped;
    const checks = [...checkMachine(facts), ...checkInstrument(calibration, reaches)];
    if (json) return await printJson({ schema: "twinlane/doctor@1", facts, calibration, reaches, checks });
    await print(renderDoctor(checks, { colour: wantsColour(process.stdout) }));
  },
};
