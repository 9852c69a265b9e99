import { systemClock } from "../src/base/clock.ts";
import { eventLoopProbe } from "../src/base/event-loop.ts";
import { assertNever, invariant } from "../src/base/invariant.ts";
import type { MockStats, StartMock, ToMock } from "../src/measure/mock-messages.ts";
import { type CpuBurner, cpuBurner } from "./cpu-burner.ts";
import { DatabaseClient } from "./database/client.ts";
import { listenAndTell, serveParent, tellParent } from "./parent.ts";
import { MockServer } from "./server.ts";
import { ServiceClock } from "./service-clock.ts";
import { Work } from "./work.ts";

/** A mock service as a process: one replica of one version, started by the coordinator. */
const statsEveryMs = 1000;
const ending = new AbortController();
let running: { readonly server: MockServer; readonly work: Work } | undefined;

serveParent<ToMock>((message) => {
  switch (message.type) {
    case "start":
      invariant(running === undefined, "a mock process is started once");
      running = start(message);
      return;
    case "fault":
      running?.work.setFault(message);
      return;
    case "stop":
      stop(message.drainMs);
      return;
    default:
      assertNever(message);
  }
});

/** Listens once its database, where it has one, can be reached: a service is not ready before that. */
function start(message: StartMock) {
  const serviceClock = new ServiceClock();
  const burner = cpuBurner();
  const database = message.database && new DatabaseClient(message.database, ending.signal);
  const work = new Work(message, { serviceClock, burner, database });
  const server = new MockServer(message, work, serviceClock);
  if (database === undefined) listenAndTell(server.http, message.listen);
  else void database.stayConnected(() => listenAndTell(server.http, message.listen));
  reportStats(server, burner);
  return { server, work };
}

function stop(drainMs: number): void {
  const stopped = running?.server.stop(drainMs) ?? Promise.resolve();
  void stopped.finally(() => {
    ending.abort();
    process.exit(0);
  });
}

function reportStats({ counts, slots }: MockServer, burner: CpuBurner): void {
  const probe = eventLoopProbe();
  setInterval(() => {
    tellParent<MockStats>({
      type: "stats",
      atMs: systemClock.nowMs(),
      users: counts.users,
      mirrored: counts.mirrored,
      busy: slots.busy,
      queueLength: slots.waiting,
      cpuBurnedMs: burner.burnedMs,
      eventLoop: probe.sample(),
    });
  }, statsEveryMs).unref();
}
