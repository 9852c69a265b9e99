import { UserError } from "../../../base/errors.ts";
import type { FlagPlan, SplitPlan } from "../../../scenario/plan.ts";
import type { EndpointPlan } from "../../../scenario/workload-plan.ts";
import { headerNames } from "../../../wire/headers.ts";
import { type PathWriter, pathTemplate } from "../../../workload/path-template.ts";
import { requestMix } from "../../../workload/request-mix.ts";
import type { UserIdentity } from "../../../workload/user-identity.ts";
import type { EngineOptions } from "../engine.ts";
import type { PreparedRequest } from "./exchange.ts";
import type { PlannedSplit } from "./planned-split.ts";

/** What a request asks where a trace says so instead of the mix. */
export type TracedRequest = { readonly endpoint: number; readonly path: string };

export type RequestBuilder = (
  ordinal: number,
  identity: UserIdentity,
  traced?: TracedRequest,
) => PreparedRequest;

/** Writes requests as they go over the wire; all that doesn't change between two of them is written once. */
export function requestBuilder(options: EngineOptions, split: PlannedSplit): RequestBuilder {
  const { plan } = options;
  const endpointOf = requestMix(plan.endpoints, plan.seed);
  const writers = plan.endpoints.map((endpoint) => endpointWriter(endpoint, options));
  return (ordinal, identity, traced) => {
    const endpoint = traced?.endpoint ?? endpointOf(ordinal);
    const write = writers[endpoint] as EndpointWriter;
    const text = write(ordinal, identity, traced?.path);
    const isHead = plan.endpoints[endpoint]?.method === "HEAD";
    const planned = split.versionOf({ ordinal, endpoint, text, isHead, identity });
    return { ordinal, endpoint, text, isHead, identity, planned };
  };
}

type EndpointWriter = (ordinal: number, identity: UserIdentity, path: string | undefined) => string;

function endpointWriter(endpoint: EndpointPlan, { plan, target, inputs }: EngineOptions): EndpointWriter {
  const { seed, hash, split } = plan;
  const writePath: PathWriter = pathTemplate(endpoint.path, {
    seed,
    purpose: `path/${endpoint.name}`,
    readColumn: inputs.readColumn,
  });
  const before = `${endpoint.method} `;
  const body = oneByteLetters(endpoint.body ?? "");
  const middle = ` HTTP/1.1\r\n${fixedHeaders(endpoint, `${target.host}:${target.port}`, body)}${headerNames.requestId}: ${hash}-`;
  const writeUser = userKeyWriter(split, endpoint);
  return (ordinal, identity, path = writePath(ordinal, identity.user)) =>
    `${before}${path}${middle}${ordinal}\r\n${headerNames.ordinal}: ${ordinal}\r\n${writeUser(identity.key)}${flagLines(identity.flags)}\r\n${body}`;
}

function fixedHeaders(endpoint: EndpointPlan, host: string, body: string): string {
  const lines = [`host: ${host}\r\n`];
  for (const [name, value] of Object.entries(endpoint.headers)) {
    if (/[\r\n\0]/.test(name + value)) {
      throw new UserError("scenario-invalid", `${endpoint.name}: header ${name} must stay on one line`);
    }
    if (name.toLowerCase() !== "cookie") lines.push(`${name}: ${oneByteLetters(value)}\r\n`);
  }
  const hasBody = endpoint.body !== undefined || ["POST", "PUT", "PATCH"].includes(endpoint.method);
  if (hasBody) lines.push(`content-length: ${body.length}\r\n`);
  return lines.join("");
}

/** The line that carries the user's key; a key that the endpoint's own headers hold is left to them. */
function userKeyWriter({ userKey }: SplitPlan, endpoint: EndpointPlan): (key: string) => string {
  const own = new Map(Object.entries(endpoint.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const cookie = own.get("cookie");
  const cookieLine = cookie === undefined ? "" : `cookie: ${oneByteLetters(cookie)}\r\n`;
  if (userKey.kind === "header") {
    if (own.has(userKey.name)) return () => cookieLine;
    return (key) => `${cookieLine}${userKey.name}: ${key}\r\n`;
  }
  const otherCookies = cookie === undefined ? "" : `${oneByteLetters(cookie)}; `;
  return (key) => `cookie: ${otherCookies}${userKey.name}=${key}\r\n`;
}

function flagLines(flags: readonly FlagPlan[]): string {
  let lines = "";
  for (const flag of flags) lines += `${flag.header}: ${flag.equals}\r\n`;
  return lines;
}

/** UTF-8, one letter per byte: so a request's length is its number of bytes, and writing it needs no encoding. */
function oneByteLetters(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
