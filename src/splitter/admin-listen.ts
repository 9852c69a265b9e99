import { once } from "node:events";
import { rm } from "node:fs/promises";
import net from "node:net";
import { UserError } from "../base/errors.ts";

/** A loopback port, or a socket file that only this user may open. */
export type AdminPlace =
  | { readonly host: string; readonly port: number; readonly socketPath?: undefined }
  | { readonly socketPath: string };

const onlyOwner = 0o177;

/**
 * @throws UserError when the place is taken; a socket file that nobody listens at any more is replaced
 */
export async function listenAdmin(server: net.Server, place: AdminPlace): Promise<void> {
  if (place.socketPath === undefined) {
    server.listen(place.port, place.host);
    return await listening(server, `${place.host}:${place.port}`);
  }
  const { socketPath } = place;
  if (await isAbandoned(socketPath)) await rm(socketPath, { force: true });
  // The file is made within the call, so that nobody else can open it for a moment.
  const before = process.umask(onlyOwner);
  server.listen(socketPath);
  process.umask(before);
  await listening(server, socketPath);
}

async function listening(server: net.Server, where: string): Promise<void> {
  await once(server, "listening").catch((error: Error) => {
    throw new UserError("port-in-use", `can't listen on ${where}: ${error.message}`);
  });
}

/** A socket file outlives a process that was killed; connecting to it is then refused. */
async function isAbandoned(socketPath: string): Promise<boolean> {
  const socket = net.connect(socketPath);
  try {
    await once(socket, "connect");
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
}
