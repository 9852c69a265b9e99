import { systemClock } from "../src/base/clock.ts";
import { eventLoopProbe } from "../src/base/event-loop.ts";
import { assertNever, invariant } from "../src/base/invariant.ts";
import { standStill } from "../src/base/stand-still.ts";
import type { MockStats, StartMock, ToMock } from "../src/measure/mock-messages.ts";
import type { QueuePlan } from "../src/scenario/queue-plan.ts";
import { type CpuBurner, cpuBurner } from "./cpu-burner.ts";
import { DatabaseClient } from "./database/client.ts";
import { listenAndTell, serveParent, tellParent } from "./parent.ts";
import { QueueClient } from "./queue/client.ts";
import { MockServer } from "./server.ts";
import { ServiceClock } from "./service-clock.ts";
import { storageSetup } from "./storage/setup.ts";
import { Storage } from "./storage/storage.ts";
import { WastedResources } from "./wasted-resources.ts";
import { Work } from "./work.ts";

/** A mock service as a process: one replica of one version, started by the coordinator. */
const statsEveryMs = 1000;
const ending = new AbortController();
const wasted = new WastedResources();
let running: MockServer | undefined;
let storage: Storage | undefined;
let queue: QueueClient | undefined;
let tellStats: () => void = () => undefined;

serveParent<ToMock>((message) => {
  switch (message.type) {
    case "start":
      invariant(running === undefined, "a mock process is started once");
      running = start(message);
      return;
    case "fault":
      running?.setFault(message);
      wasted.setFault(message);
      return;
    case "hang":
      standStill(message.forMs);
      return;
    case "call-second":
      running?.second?.setAddress(message.address);
      return;
    case "use-queue":
      queue?.use(message.address);
      return;
    case "storage-fault":
      storage?.setFault(message.fault);
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
  const setup = storageSetup(message);
  storage = setup && new Storage(setup);
  const work = new Work(message, { serviceClock, burner, database, storage });
  queue = message.queue && queueClient({ ...message, queue: message.queue }, work);
  const server = new MockServer(message, { work, serviceClock, queue });
  const listen = () => listenAndTell(server.http, message.listen);
  if (storage !== undefined) void storage.connect(ending.signal).then(listen);
  else if (database !== undefined) void database.stayConnected(listen);
  else listen();
  tellStats = statsReporter({ server, work, burner });
  setInterval(tellStats, statsEveryMs).unref();
  return server;
}

function queueClient(start: StartMock & { readonly queue: QueuePlan }, work: Work): QueueClient {
  return new QueueClient(start, (ms, done) => work.onMessage(ms, done), ending.signal);
}

function stop(drainMs: number): void {
  const stopped = (running?.stop(drainMs) ?? Promise.resolve()).then(() => {
    queue?.stop();
    tellStats();
  });
  const closed = stopped.then(() => storage?.close(drainMs));
  void closed.finally(() => {
    ending.abort();
    process.exit(0);
  });
}

type Told = { readonly server: MockServer; readonly work: Work; readonly burner: CpuBurner };

function statsReporter({ server: { counts, slots, second }, work, burner }: Told): () => void {
  const probe = eventLoopProbe();
  return () => {
    const { storeUse } = work;
    tellParent<MockStats>({
      type: "stats",
      atMs: systemClock.nowMs(),
      users: counts.users,
      mirrored: counts.mirrored,
      busy: slots.busy,
      queueLength: slots.waiting,
      cpuBurnedMs: burner.burnedMs,
      eventLoop: probe.sample(),
      ...(storage !== undefined && { storage: storage.stats() }),
      ...(storeUse !== undefined && { storeUse }),
      ...(second !== undefined && { calls: second.counts }),
      ...(queue !== undefined && { messages: queue.counts }),
    });
  };
}
