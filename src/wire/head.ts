import { spells } from "./bytes.ts";
import type { WireFailure } from "./failure.ts";
import { type KnownHeader, known, knownCount } from "./known-header.ts";
import type { WireLimits } from "./limits.ts";

const spansPerHeader = 5;
const noBytes = Buffer.alloc(0);
const noNames: readonly string[] = [];

/** How the body of a message ends. */
export type BodyKind = "none" | "length" | "chunked" | "until-close";

/**
 * A parsed head: offsets into the bytes it was read from, nothing copied. Header lines keep their order, their
 * case and their duplicates. One object may serve any number of parsers, because a head is read at once: what
 * it holds is true until the next call of any parser that shares it. After the event `trailers` it holds the
 * trailer fields instead.
 */
export class Head {
  buffer: Buffer = noBytes;
  failure: WireFailure | undefined;
  /** 0 or 1: HTTP/1.0 or HTTP/1.1. */
  minorVersion = 1;
  /** Requests: the method as written. Responses: empty. */
  method = "";
  targetStart = 0;
  targetEnd = 0;
  /** Responses: 100–999. Requests: 0. */
  status = 0;
  reasonStart = 0;
  reasonEnd = 0;
  /** The header lines, from the first byte of the first to past the CR LF of the last. */
  fieldsStart = 0;
  fieldsEnd = 0;
  /** Header lines read. */
  count = 0;
  body: BodyKind = "none";
  /** Set where `body` is `length`; -1 where no Content-Length was given. */
  contentLength = -1;
  /** Whether the sender keeps the connection after this message, as far as its head tells. */
  keepAlive = true;
  /** Lower-case names that Connection lists, besides close and keep-alive. */
  connectionNames: readonly string[] = noNames;

  readonly #spans: Int32Array;
  readonly #first = new Int16Array(knownCount);
  readonly #times = new Int16Array(knownCount);

  constructor(limits: Pick<WireLimits, "maxHeaders">) {
    this.#spans = new Int32Array(limits.maxHeaders * spansPerHeader);
  }

  /** Forgets the header lines; for the parser. */
  clear(buffer: Buffer): void {
    this.buffer = buffer;
    this.failure = undefined;
    this.count = 0;
    this.contentLength = -1;
    this.connectionNames = noNames;
    this.#first.fill(-1);
    this.#times.fill(0);
  }

  /** The same head over bytes of its own, for whoever can't use it at once. */
  copy(): Head {
    const copied = new Head({ maxHeaders: this.count });
    copied.clear(Buffer.from(this.buffer.subarray(0, Math.max(this.fieldsEnd, this.targetEnd))));
    copied.minorVersion = this.minorVersion;
    copied.method = this.method;
    copied.targetStart = this.targetStart;
    copied.targetEnd = this.targetEnd;
    copied.status = this.status;
    copied.reasonStart = this.reasonStart;
    copied.reasonEnd = this.reasonEnd;
    copied.fieldsStart = this.fieldsStart;
    copied.fieldsEnd = this.fieldsEnd;
    for (let index = 0; index < this.count; index++) {
      const [nameEnd, valueStart] = [this.nameEnd(index), this.valueStart(index)];
      copied.add(this.knownAt(index), this.nameStart(index), nameEnd, valueStart, this.valueEnd(index));
    }
    copied.body = this.body;
    copied.contentLength = this.contentLength;
    copied.keepAlive = this.keepAlive;
    copied.connectionNames = this.connectionNames;
    return copied;
  }

  /** Adds a header line; for the parser, which has checked that there is room. */
  add(id: KnownHeader, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const at = this.count * spansPerHeader;
    const spans = this.#spans;
    spans[at] = nameStart;
    spans[at + 1] = nameEnd;
    spans[at + 2] = valueStart;
    spans[at + 3] = valueEnd;
    spans[at + 4] = id;
    if (id !== known.other) {
      if (this.#times[id] === 0) this.#first[id] = this.count;
      this.#times[id] = (this.#times[id] as number) + 1;
    }
    this.count++;
  }

  nameStart(index: number): number {
    return this.#spans[index * spansPerHeader] as number;
  }

  nameEnd(index: number): number {
    return this.#spans[index * spansPerHeader + 1] as number;
  }

  valueStart(index: number): number {
    return this.#spans[index * spansPerHeader + 2] as number;
  }

  valueEnd(index: number): number {
    return this.#spans[index * spansPerHeader + 3] as number;
  }

  knownAt(index: number): KnownHeader {
    return this.#spans[index * spansPerHeader + 4] as KnownHeader;
  }

  /** How many lines carry this known header. */
  timesOf(id: KnownHeader): number {
    return this.#times[id] as number;
  }

  /** The index of the first line that carries this known header, or -1. */
  indexOf(id: KnownHeader): number {
    return this.#first[id] as number;
  }

  /** The index of the first line with this name, from `from` on, or -1. `lowerName` is in lower case. */
  find(lowerName: string, from = 0): number {
    const length = lowerName.length;
    for (let index = from; index < this.count; index++) {
      const start = this.nameStart(index);
      if (this.nameEnd(index) - start === length && spells(this.buffer, start, lowerName)) return index;
    }
    return -1;
  }

  /** The name as written, in Latin-1. */
  nameAt(index: number): string {
    return this.buffer.toString("latin1", this.nameStart(index), this.nameEnd(index));
  }

  /** The value without the white space around it, in Latin-1. */
  valueAt(index: number): string {
    return this.buffer.toString("latin1", this.valueStart(index), this.valueEnd(index));
  }

  /** The value of the first line with this lower-case name. */
  value(lowerName: string): string | undefined {
    const index = this.find(lowerName);
    return index === -1 ? undefined : this.valueAt(index);
  }

  /** Requests: the target as written. */
  target(): string {
    return this.buffer.toString("latin1", this.targetStart, this.targetEnd);
  }

  reason(): string {
    return this.buffer.toString("latin1", this.reasonStart, this.reasonEnd);
  }
}
