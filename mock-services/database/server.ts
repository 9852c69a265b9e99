import type { Server, Socket } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { randomStream } from "../../src/base/random.ts";
import type { SetDatabaseFault, StartDatabase } from "../../src/measure/mock-messages.ts";
import { lineServer, sendLine } from "../line-server.ts";
import type { ServiceClock } from "../service-clock.ts";
import type { Begin } from "./gate.ts";
import { Instances } from "./instances.ts";
import { type DatabaseRequest, readRequest, writeReply } from "./protocol.ts";

/** What happened since the start. */
export type DatabaseCounts = { reads: number; writes: number; refused: number };

export type DatabaseServer = {
  readonly server: Server;
  readonly counts: Readonly<DatabaseCounts>;
  readonly waiting: () => number;
  readonly setFault: (fault: SetDatabaseFault) => void;
  /** Listens no more, and resolves when every caller has hung up, which is made so after `drainMs`. */
  readonly stop: (drainMs: number) => Promise<void>;
};

/** A modelled database: each query waits at the gate, then takes its time; a request's queries follow one another. */
export function databaseServer(start: StartDatabase, serviceClock: ServiceClock): DatabaseServer {
  const { limitPerSecond, readMs, writeMs, replicas = 0 } = start;
  const gate = { limitPerSecond, clock: systemClock, alarm: serviceClock };
  const instances = new Instances(gate, replicas, randomStream(drawSeed, "replicas", 0));
  const counts: DatabaseCounts = { reads: 0, writes: 0, refused: 0 };
  const errorDraw = randomStream(drawSeed, "database-errors", 0);
  let slowFactor = 1;
  let errorShare = 0;

  const answer = ({ id, reads, writes }: DatabaseRequest, socket: Socket): void => {
    if (reads + writes === 0) {
      const isError = errorShare > 0 && errorDraw() <= errorShare;
      sendLine(socket, writeReply({ id, outcome: isError ? "failed" : "ok" }));
      return;
    }
    const isRead = reads > 0;
    const rest = isRead ? { id, reads: reads - 1, writes } : { id, reads, writes: writes - 1 };
    const begin: Begin = (atMs) => {
      if (isRead) counts.reads++;
      else counts.writes++;
      serviceClock.at(atMs + (isRead ? readMs : writeMs) * slowFactor, () => answer(rest, socket));
    };
    if (isRead ? instances.read(begin) : instances.write(begin)) return;
    counts.refused++;
    sendLine(socket, writeReply({ id, outcome: "full" }));
  };

  const { server, stop } = lineServer({
    data: () => serviceClock.runDue(),
    line: (line, socket) => {
      const request = readRequest(line);
      if (request !== undefined) answer(request, socket);
      return request !== undefined;
    },
  });
  return {
    server,
    counts,
    waiting: () => instances.waiting,
    setFault: (fault) => {
      slowFactor = fault.slowFactor ?? 1;
      errorShare = fault.errorShare ?? 0;
      instances.setLimit(limitPerSecond / slowFactor);
    },
    stop,
  };
}

/** Which requests fail, and which replica is asked, is drawn alike in every run. */
const drawSeed = 1;
