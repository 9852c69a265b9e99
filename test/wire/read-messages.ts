import { Head } from "../../src/wire/head.ts";
import { defaultWireLimits, type WireLimits } from "../../src/wire/limits.ts";
import { MessageParser } from "../../src/wire/parser.ts";

export type Reading = {
  readonly kind: "request" | "response";
  readonly limits?: WireLimits;
  readonly answersHead?: boolean;
  readonly allowsUpgrade?: boolean;
  /** Whether the sender closes after the last piece. */
  readonly closes?: boolean;
};

/** Everything a parser tells about the pieces, in a form that does not depend on where they were cut. */
export function readMessages(pieces: readonly Buffer[], reading: Reading): readonly string[] {
  const limits = reading.limits ?? defaultWireLimits;
  const parser = new MessageParser(reading.kind, new Head(limits), limits);
  parser.answersHead = reading.answersHead ?? false;
  parser.allowsUpgrade = reading.allowsUpgrade ?? false;
  const told: string[] = [];
  let body = "";
  const flush = () => {
    if (body !== "") told.push(`body ${body}`);
    body = "";
  };
  const pull = () => {
    for (let event = parser.next(); event !== "need-data"; event = parser.next()) {
      if (event === "body") body += parser.buffer.toString("latin1", parser.bodyStart, parser.bodyEnd);
      else {
        flush();
        told.push(describe(event, parser));
      }
      if (event === "failed" || event === "tunnel") return;
    }
  };
  for (const piece of pieces) {
    parser.feed(piece);
    pull();
    if (parser.failure !== undefined || told.at(-1) === "tunnel") return told;
  }
  if (reading.closes) {
    const event = parser.finish();
    flush();
    if (event !== "need-data") told.push(describe(event, parser));
  }
  flush();
  return told;
}

function describe(event: string, parser: MessageParser): string {
  const { head } = parser;
  if (event === "failed") return `failed ${parser.failure}`;
  if (event === "end") return `end ${parser.keepAlive ? "keep" : "close"}`;
  if (event === "tunnel") return "tunnel";
  const fields = Array.from(
    { length: head.count },
    (_, index) => `${head.nameAt(index)}=${head.valueAt(index)}`,
  );
  if (event === "trailers") return `trailers ${fields.join("|")}`;
  const start = head.status === 0 ? `${head.method} ${head.target()}` : `${head.status} ${head.reason()}`;
  return `head ${start} 1.${head.minorVersion} ${head.body} ${fields.join("|")}`;
}
