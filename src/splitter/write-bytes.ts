import type net from "node:net";

/**
 * Up to here bytes are written as a Latin-1 string, which Node hands to the kernel without a buffer of its own;
 * beyond, one copy is cheaper than the string.
 */
const maxStringBytes = 16_384;

/** Writes bytes that lie in a buffer which is used again. @returns false when the socket wants a pause */
export function writeBytes(socket: net.Socket, buffer: Buffer, start: number, end: number): boolean {
  if (end - start <= maxStringBytes) return socket.write(buffer.toString("latin1", start, end), "latin1");
  return socket.write(Buffer.from(buffer.subarray(start, end)));
}
