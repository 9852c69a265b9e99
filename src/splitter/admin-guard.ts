import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { UserError } from "../base/errors.ts";

/** Why a call is turned away. */
export type Refusal = { readonly status: number; readonly sentence: string };

const loopbackHosts = ["127.0.0.1", "localhost", "[::1]"];

/** @throws UserError when the address could be reached from another machine */
export function checkLoopback(host: string): void {
  const isLoopback = /^127(\.\d{1,3}){3}$/.test(host) || host === "::1" || host === "localhost";
  if (!isLoopback)
    throw new UserError("usage", `the admin endpoint listens on loopback only, not on ${host}`);
}

/**
 * Lets a call through that names this endpoint as its host (a page of another site that rebinds its name to
 * 127.0.0.1 does not), has no foreign Origin, and carries the token.
 */
export function refuseCall(request: IncomingMessage, token: string): Refusal | undefined {
  const port = request.socket.localPort;
  // At a socket file there is no port, and whoever opened it is this user.
  const end = port === undefined ? "" : `:${port}`;
  const isOurs = (authority: string) => loopbackHosts.some((host) => authority === `${host}${end}`);
  const { host, origin, authorization } = request.headers;
  if (host === undefined || !isOurs(host.toLowerCase())) {
    return { status: 421, sentence: "the Host header names another place" };
  }
  if (origin !== undefined && !isOurs(origin.toLowerCase().replace(/^http:\/\//, ""))) {
    return { status: 403, sentence: "calls from pages of another origin are refused" };
  }
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? "")?.[1];
  if (given === undefined || !isSame(given, token)) {
    return { status: 401, sentence: "send the token as Authorization: Bearer TOKEN" };
  }
  return undefined;
}

/** Takes the same time whatever is given: the digests have one length. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
