import type { Head } from "../wire/head.ts";
import { type KnownHeader, known } from "../wire/known-header.ts";

/**
 * Fields that concern one connection only (RFC 9110 section 7.6.1), and those that frame the message, which the
 * forwarder writes anew.
 */
const droppedKnown: ReadonlySet<KnownHeader> = new Set([
  known.connection,
  known.keepAlive,
  known.proxyConnection,
  known.te,
  known.transferEncoding,
  known.contentLength,
  known.upgrade,
]);

const isDropped = Array.from({ length: 12 }, (_, id) => droppedKnown.has(id as KnownHeader));

/**
 * The header lines to forward, each with its CR LF, exactly as they came (Latin-1): without those of one
 * connection, without those that Connection names, and without `ownName`, which the splitter writes itself.
 */
export function copyFields(head: Head, ownName: string | undefined): string {
  const { count, connectionNames } = head;
  const own = ownName === undefined ? -1 : head.find(ownName);
  let text = "";
  let runStart = head.fieldsStart;
  for (let index = 0; index < count; index++) {
    const drops =
      isDropped[head.knownAt(index)] ||
      (own !== -1 && index >= own && head.find(ownName ?? "", index) === index) ||
      (connectionNames.length > 0 && connectionNames.includes(head.nameAt(index).toLowerCase()));
    if (!drops) continue;
    const lineStart = head.nameStart(index);
    if (lineStart > runStart) text += head.buffer.toString("latin1", runStart, lineStart);
    runStart = index + 1 < count ? head.nameStart(index + 1) : head.fieldsEnd;
  }
  if (head.fieldsEnd > runStart) text += head.buffer.toString("latin1", runStart, head.fieldsEnd);
  return text;
}
