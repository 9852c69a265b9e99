import { byte, lowerCase, spells } from "./bytes.ts";

/** Header fields that the message framing or the connection depends on; every other name is 0. */
export const known = {
  other: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  keepAlive: 5,
  proxyConnection: 6,
  te: 7,
  trailer: 8,
  upgrade: 9,
  expect: 10,
  underscoreFraming: 11,
} as const;

export type KnownHeader = (typeof known)[keyof typeof known];

export const knownCount = 12;

/** Which known header the name in `buffer[start, end)` is, in any case. */
export function classifyHeader(buffer: Uint8Array, start: number, end: number): KnownHeader {
  switch (end - start) {
    case 2:
      return spells(buffer, start, "te") ? known.te : known.other;
    case 4:
      return spells(buffer, start, "host") ? known.host : known.other;
    case 6:
      return spells(buffer, start, "expect") ? known.expect : known.other;
    case 7:
      if (spells(buffer, start, "upgrade")) return known.upgrade;
      return spells(buffer, start, "trailer") ? known.trailer : known.other;
    case 10:
      if (spells(buffer, start, "connection")) return known.connection;
      return spells(buffer, start, "keep-alive") ? known.keepAlive : known.other;
    case 14:
      return framingName(buffer, start, contentLength);
    case 16:
      return spells(buffer, start, "proxy-connection") ? known.proxyConnection : known.other;
    case 17:
      return framingName(buffer, start, transferEncoding);
    default:
      return known.other;
  }
}

type FramingName = { readonly name: string; readonly dashAt: number; readonly id: KnownHeader };

const contentLength: FramingName = { name: "content-length", dashAt: 7, id: known.contentLength };
const transferEncoding: FramingName = { name: "transfer-encoding", dashAt: 8, id: known.transferEncoding };

/** Some servers read `Content_Length` as Content-Length: a way to smuggle a request past a proxy that does not. */
function framingName(buffer: Uint8Array, start: number, { name, dashAt, id }: FramingName): KnownHeader {
  const first = lowerCase[buffer[start] as number];
  if (first !== name.charCodeAt(0)) return known.other;
  if (spells(buffer, start, name)) return id;
  const isUnderscored =
    buffer[start + dashAt] === byte.underscore &&
    spells(buffer, start, name.slice(0, dashAt)) &&
    spells(buffer, start + dashAt + 1, name.slice(dashAt + 1));
  return isUnderscored ? known.underscoreFraming : known.other;
}
