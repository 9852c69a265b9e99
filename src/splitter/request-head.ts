import type { Head } from "../wire/head.ts";
import { headerNames } from "../wire/headers.ts";
import { known } from "../wire/known-header.ts";
import { copyFields } from "./copy-fields.ts";

/** What of a request head is forwarded. */
export type RequestHead = {
  /** In origin form, or `*`. */
  readonly target: string;
  /** The client's Host where it is not among the fields, because an upstream may be sent another. */
  readonly host: string | undefined;
  /** Header lines with their CR LF, without the empty line. */
  readonly fields: string;
  readonly asksUpgrade: boolean;
};

/** A request that is well formed and yet not for us. */
export type RefusedRequest = { readonly status: number; readonly sentence: string };

/**
 * Rewrites a parsed request head for the upstream (RFC 9112 section 3.2, RFC 9110 section 7.6).
 *
 * @param newRequestId - makes an id where the request carries none
 * @param keepsHost - whether every upstream is sent the client's own Host
 */
export function rewriteRequestHead(
  head: Head,
  { newRequestId, keepsHost }: { readonly newRequestId: () => string; readonly keepsHost: boolean },
): RequestHead | RefusedRequest {
  const target = originTarget(head);
  if (typeof target !== "string") return target;
  let fields = copyFields(head, keepsHost ? undefined : "host");
  const hasId =
    head.find(headerNames.requestId) !== -1 && !head.connectionNames.includes(headerNames.requestId);
  if (!hasId) fields += `${headerNames.requestId}: ${newRequestId()}\r\n`;
  if (head.body === "length" || head.contentLength === 0)
    fields += `content-length: ${head.contentLength}\r\n`;
  else if (head.body === "chunked") fields += "transfer-encoding: chunked\r\n";
  const protocol = askedProtocol(head);
  if (protocol !== undefined) fields += `connection: upgrade\r\nupgrade: ${protocol}\r\n`;
  const host = keepsHost ? undefined : head.valueAt(head.indexOf(known.host));
  return { target, host, fields, asksUpgrade: protocol !== undefined };
}

export function isRefused(request: RequestHead | RefusedRequest): request is RefusedRequest {
  return "status" in request;
}

const slash = 0x2f;

function originTarget(head: Head): string | RefusedRequest {
  const target = head.target();
  if (head.method === "CONNECT") return { status: 501, sentence: "CONNECT is not served here" };
  if (target.includes("#")) return { status: 400, sentence: "the request target has a fragment" };
  if (target.charCodeAt(0) === slash) return target;
  if (target === "*" && head.method === "OPTIONS") return target;
  return fromAbsoluteForm(target, head);
}

const absoluteForm = /^http:\/\/([^/?]*)(\/?.*)$/i;

/** Host and target could name two sites; whichever a server believes, the other reader was deceived. */
function fromAbsoluteForm(target: string, head: Head): string | RefusedRequest {
  const host = head.valueAt(head.indexOf(known.host));
  const parts = absoluteForm.exec(target);
  const authority = parts?.[1];
  const path = parts?.[2] ?? "";
  if (authority === undefined) return { status: 400, sentence: "the request target has no known form" };
  if (authority.toLowerCase() !== host.toLowerCase()) {
    return { status: 400, sentence: "the request target names another host than the Host header" };
  }
  // The server as a whole is meant (RFC 9112 section 3.2.4).
  if (path === "" && head.method === "OPTIONS") return "*";
  return path.startsWith("/") ? path : `/${path}`;
}

/** HTTP/2 over an upgraded connection would pass requests by that nobody here sees: it is never asked for. */
function askedProtocol(head: Head): string | undefined {
  const index = head.indexOf(known.upgrade);
  const isAsked =
    index !== -1 &&
    head.minorVersion === 1 &&
    head.body === "none" &&
    head.connectionNames.includes("upgrade");
  if (!isAsked || head.timesOf(known.upgrade) > 1) return undefined;
  const protocol = head.valueAt(index);
  return protocol === "" || protocol.toLowerCase().includes("h2c") ? undefined : protocol;
}
