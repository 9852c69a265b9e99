import { createServer, type Server, type Socket } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { randomStream } from "../../src/base/random.ts";
import type { SetDatabaseFault, StartDatabase } from "../../src/measure/mock-messages.ts";
import type { ServiceClock } from "../service-clock.ts";
import { Gate } from "./gate.ts";
import { type DatabaseRequest, lineReader, readRequest, writeReply } from "./protocol.ts";

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
  const { limitPerSecond, readMs, writeMs } = start;
  const gate = new Gate({ limitPerSecond, clock: systemClock, alarm: serviceClock });
  const counts: DatabaseCounts = { reads: 0, writes: 0, refused: 0 };
  const sockets = new Set<Socket>();
  const errorDraw = randomStream(errorSeed, "database-errors", 0);
  let slowFactor = 1;
  let errorShare = 0;

  const answer = ({ id, reads, writes }: DatabaseRequest, socket: Socket): void => {
    if (reads + writes === 0) {
      const isError = errorShare > 0 && errorDraw() <= errorShare;
      send(socket, writeReply({ id, outcome: isError ? "failed" : "ok" }));
      return;
    }
    const isRead = reads > 0;
    const rest = isRead ? { id, reads: reads - 1, writes } : { id, reads, writes: writes - 1 };
    const admitted = gate.enter((atMs) => {
      if (isRead) counts.reads++;
      else counts.writes++;
      serviceClock.at(atMs + (isRead ? readMs : writeMs) * slowFactor, () => answer(rest, socket));
    });
    if (admitted) return;
    counts.refused++;
    send(socket, writeReply({ id, outcome: "full" }));
  };

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.setEncoding("latin1");
    const read = lineReader((line) => {
      const request = readRequest(line);
      if (request === undefined) socket.destroy();
      else answer(request, socket);
    });
    socket.on("data", (piece: string) => {
      serviceClock.runDue();
      if (!read(piece)) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  return {
    server,
    counts,
    waiting: () => gate.waiting,
    setFault: (fault) => {
      slowFactor = fault.slowFactor ?? 1;
      errorShare = fault.errorShare ?? 0;
      gate.setLimit(limitPerSecond / slowFactor);
    },
    stop: async (drainMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const late = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, drainMs);
      await closed;
      clearTimeout(late);
    },
  };
}

/** Which requests fail is drawn alike in every run. */
const errorSeed = 1;

function send(socket: Socket, line: string): void {
  if (!socket.destroyed) socket.write(line, "latin1");
}
