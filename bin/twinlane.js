#!/usr/bin/env node
// Plain JavaScript that any Node reads, so that one too old is told so in a sentence instead of a syntax error.
import { existsSync } from "node:fs";
import module from "node:module";

const [major, minor] = process.versions.node.split(".").map(Number);
const isSupported = (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26;

if (isSupported) {
  // Keeps what V8 has compiled between runs, in the system's temporary directory.
  module.enableCompileCache?.();
  const source = new URL("../src/cli/main.ts", import.meta.url);
  const built = new URL("../dist/src/cli/main.js", import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : built.href);
  await main();
} else {
  process.stderr.write(
    `twinlane needs Node 22.19, 24.11 or 26 and later; this is ${process.versions.node}. Inside a clone, \`npx twinlane\` and \`npm start\` use the Node that \`npm ci\` installs.\n`,
  );
  process.exitCode = 2;
}
