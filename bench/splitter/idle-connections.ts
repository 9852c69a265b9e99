import { once } from "node:events";
import net from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Peer } from "./peers.ts";
import { residentBytes } from "./process-cost.ts";

/** Resident memory per connection that has had one request and now keeps quiet. */
export async function idleBytesPerConnection(peer: Peer, connections: number): Promise<number> {
  const sockets: net.Socket[] = [];
  const open = async () => {
    const socket = net.connect(peer.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await once(socket, "data");
    sockets.push(socket);
  };
  for (let count = 0; count < 100; count++) await open();
  await wait(1000);
  const before = residentBytes(peer.pid);
  for (let count = 0; count < connections; count++) await open();
  await wait(1000);
  const after = residentBytes(peer.pid);
  for (const socket of sockets) socket.destroy();
  return (after - before) / connections;
}
