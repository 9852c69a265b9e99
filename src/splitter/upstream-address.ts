import { UserError } from "../base/errors.ts";

/** Where an upstream listens, read from its base URL. */
export type UpstreamAddress = {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** What to send as Host where the splitter itself asks. */
  readonly authority: string;
  /** What to send as Host in place of what the client sent; undefined leaves that. */
  readonly hostHeader: string | undefined;
  /** Put before every path; without a slash at its end, often empty. */
  readonly basePath: string;
};

/** @throws UserError for anything but a plain http URL without query, fragment or user */
export function parseUpstream(url: string, hostHeader?: string): UpstreamAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isPlain =
    parsed?.protocol === "http:" && parsed.search === "" && parsed.hash === "" && parsed.username === "";
  if (parsed === undefined || !isPlain) {
    throw new UserError("scenario-invalid", `${url} is no upstream: it must look like http://host:port/path`);
  }
  return {
    url,
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: parsed.port === "" ? 80 : Number(parsed.port),
    authority: hostHeader ?? parsed.host,
    hostHeader,
    basePath: parsed.pathname.replace(/\/+$/, ""),
  };
}

/**
 * The Host line of a request for this upstream. A request whose `host` is undefined has it among its fields.
 */
export function hostLine(request: { readonly host: string | undefined }, address: UpstreamAddress): string {
  return request.host === undefined ? "" : `host: ${address.hostHeader ?? request.host}\r\n`;
}
