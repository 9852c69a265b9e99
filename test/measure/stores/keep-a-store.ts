import { startKeeper } from "../../../src/measure/stores/store-keeper.ts";

/** A coordinator that does nothing but have a store; a test kills it. */
const keeper = await startKeeper({
  name: "database",
  store: process.argv[2] === "redis" ? "redis" : "postgres",
  maxConnections: 20,
});
process.stdout.write(`${JSON.stringify({ pid: keeper.pid, url: keeper.url })}\n`);
setInterval(() => undefined, 1000);
