import { assertNever } from "../../base/invariant.ts";
import type { ProxiedProtocol } from "./messages.ts";

const reason = "made by a fault of the scenario";

/**
 * An error in the words of a protocol, after which the connection is closed: so nothing has to be known of the answer
 * that it stands in for.
 *
 * Source: RFC 9112 section 4; PostgreSQL manual, "Message Formats", ErrorResponse; Redis serialization protocol,
 * simple errors.
 */
export function errorAnswer(protocol: ProxiedProtocol): Buffer {
  switch (protocol) {
    case "http":
      // Without a body, so that it is right for HEAD as well.
      return Buffer.from(
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
      );
    case "postgres":
      return postgresError();
    case "redis":
      return Buffer.from(`-ERR ${reason}\r\n`);
    default:
      return assertNever(protocol);
  }
}

/** FATAL, since the session is over; the code is that of a server that ends sessions (class 57). */
function postgresError(): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C57P01\0M${reason}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeUInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}
