import { invariant } from "../../base/invariant.ts";
import type { Address } from "../mock-messages.ts";
import type { ProxiedProtocol, Upstream } from "./messages.ts";

const defaultPorts = { http: 80, postgres: 5432, redis: 6379 } as const;

/** Where what a url names listens: `http://…`, `postgresql://…`, `redis://…`, or the path of Redis's socket. */
export function upstreamOf(protocol: ProxiedProtocol, url: string): Upstream {
  if (url.startsWith("/")) return { path: url };
  const parsed = new URL(url);
  const port = Number(parsed.searchParams.get("port") ?? (parsed.port || defaultPorts[protocol]));
  const host = hostOf(protocol, parsed);
  return host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}

/** PostgreSQL's clients take a parameter `host` first, which may be the directory of a socket. */
function hostOf(protocol: ProxiedProtocol, { hostname, searchParams }: URL): string {
  const parameter = protocol === "postgres" ? searchParams.get("host") : null;
  const written = parameter ?? decodeURIComponent(hostname);
  return written.replace(/^\[|\]$/g, "") || "localhost";
}

/** The same url by way of a proxy. User, path and parameters stay. */
export function urlThrough(protocol: ProxiedProtocol, url: string, { host, port }: Address): string {
  if (url.startsWith("/")) {
    invariant(protocol === "redis", "only a Redis is named by a path");
    return `redis://${host}:${port}`;
  }
  const parsed = new URL(url);
  parsed.hostname = host;
  parsed.port = String(port);
  if (protocol === "postgres") for (const name of ["host", "port"]) parsed.searchParams.delete(name);
  return parsed.href;
}
