import type { Socket } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { assertNever, invariant } from "../../src/base/invariant.ts";
import type { QueueStats, StartQueue, ToQueue } from "../../src/measure/mock-messages.ts";
import { type LineServer, lineServer, sendLine } from "../line-server.ts";
import { listenAndTell, serveParent, tellParent } from "../parent.ts";
import { MessageLine } from "./message-line.ts";
import { put, ready, work } from "./protocol.ts";

/** The modelled queue as a process: started by the coordinator, shared by the mocks of both versions. */
const statsEveryMs = 1000;
let lines: LineServer | undefined;
let tellStats: () => void = () => undefined;

serveParent<ToQueue>((message) => {
  switch (message.type) {
    case "start":
      invariant(lines === undefined, "a queue process is started once");
      lines = start(message);
      return;
    case "stop":
      tellStats();
      void (lines?.stop(message.drainMs) ?? Promise.resolve()).finally(() => process.exit(0));
      return;
    default:
      assertNever(message);
  }
});

function start({ maxWaiting, listen }: StartQueue): LineServer {
  const line = new MessageLine<Socket>({
    maxWaiting,
    clock: systemClock,
    handOver: (socket) => sendLine(socket, `${work}\n`),
  });
  const served = lineServer({
    line: (text, socket) => {
      if (text === put) line.put();
      else if (text === ready) line.ready(socket);
      return text === put || text === ready;
    },
    lost: (socket) => line.gone(socket),
  });
  listenAndTell(served.server, listen);
  tellStats = () => tellParent<QueueStats>({ type: "stats", ...line.counts });
  setInterval(tellStats, statsEveryMs).unref();
  return served;
}
