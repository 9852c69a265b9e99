import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

/** Preloaded into a process, writes the URL of every module that it loads to the file that a variable names. */
const file = process.env["RECORDED_MODULES"];

if (file !== undefined) {
  registerHooks({
    load(url, context, nextLoad) {
      appendFileSync(file, `${url}\n`);
      return nextLoad(url, context);
    },
  });
}
