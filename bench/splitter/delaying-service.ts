import { mkdirSync, writeFileSync } from "node:fs";
import { freePort } from "../../test/splitter/programs.ts";
import { type Peer, startHaproxy } from "./peers.ts";

/** Longer than any bench runs. */
export const neverMs = 3_600_000;

/**
 * A service that answers so late, but health checks at once: HAProxy with a pause in Lua, because it hardly takes
 * CPU time from what is measured beside it.
 *
 * @param delayMs - of every answer, or `neverMs`
 */
export async function startDelayingService(delayMs: number, directory: string): Promise<Peer> {
  const own = `${directory}/delay-${delayMs}`;
  const port = await freePort();
  mkdirSync(own, { recursive: true });
  writeFileSync(`${own}/pause.lua`, pause(delayMs));
  writeFileSync(`${own}/conf`, config(`${own}/pause.lua`, port));
  return startHaproxy(`delay-${delayMs}`, port, `${own}/conf`);
}

function pause(delayMs: number): string {
  return `core.register_action("pause", { "http-req" }, function() core.msleep(${delayMs}) end)\n`;
}

function config(lua: string, port: number): string {
  return `global
  nbthread 1
  maxconn 8000
  lua-load ${lua}
defaults
  mode http
  timeout client 60s
frontend all
  bind 127.0.0.1:${port}
  http-request lua.pause if !{ path /health }
  http-request return status 200 content-type text/plain string "hello, world"
`;
}
