import { UserError } from "../base/errors.ts";

/**
 * `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`.
 *
 * @throws UserError `usage` when it is no such address
 */
export function parseListenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port > 65_535) {
    throw new UserError(
      "usage",
      `--listen must be HOST:PORT, for example 127.0.0.1:8080, found ${JSON.stringify(text)}.`,
    );
  }
  return { host, port };
}
