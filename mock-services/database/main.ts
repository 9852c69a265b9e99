import { systemClock } from "../../src/base/clock.ts";
import { eventLoopProbe } from "../../src/base/event-loop.ts";
import { assertNever, invariant } from "../../src/base/invariant.ts";
import { standStill } from "../../src/base/stand-still.ts";
import type { DatabaseStats, ToDatabase } from "../../src/measure/mock-messages.ts";
import { listenAndTell, serveParent, tellParent } from "../parent.ts";
import { ServiceClock } from "../service-clock.ts";
import { type DatabaseServer, databaseServer } from "./server.ts";

/** The modelled database as a process: started by the coordinator, shared by all services that are given its port. */
const statsEveryMs = 1000;
let database: DatabaseServer | undefined;

serveParent<ToDatabase>((message) => {
  switch (message.type) {
    case "start":
      invariant(database === undefined, "a database process is started once");
      database = databaseServer(message, new ServiceClock());
      listenAndTell(database.server, message.listen);
      reportStats(database);
      return;
    case "fault":
      database?.setFault(message);
      return;
    case "hang":
      standStill(message.forMs);
      return;
    case "stop":
      void (database?.stop(message.drainMs) ?? Promise.resolve()).finally(() => process.exit(0));
      return;
    default:
      assertNever(message);
  }
});

function reportStats({ counts, waiting }: DatabaseServer): void {
  const probe = eventLoopProbe();
  setInterval(() => {
    tellParent<DatabaseStats>({
      type: "stats",
      atMs: systemClock.nowMs(),
      ...counts,
      waiting: waiting(),
      eventLoop: probe.sample(),
    });
  }, statsEveryMs).unref();
}
