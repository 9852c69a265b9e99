import { byte, hexDigits, valueBytes } from "./bytes.ts";

const maxSizeDigits = 12;

/**
 * Reads the lines between the chunks of a body, one byte at a time, so that they may be cut anywhere.
 *
 * Source: RFC 9112 section 7.1. Extensions are skipped; a bare CR or LF in them is refused.
 */
export class ChunkLine {
  /** The size that the finished line gives; 0 is the last chunk. */
  size = 0;
  #digits = 0;
  #bytes = 0;
  #at: "size" | "blank" | "extension" | "line-feed" = "size";

  /**
   * @returns the offset behind the line once it is whole, `buffer.length` or less; `-1` where it breaks the
   *   rules; `end` with `isWhole` false where more bytes are needed
   */
  read(buffer: Buffer, start: number, end: number, maxLineBytes: number): number {
    for (let at = start; at < end; at++) {
      const code = buffer[at] as number;
      if (++this.#bytes > maxLineBytes) return -1;
      if (this.#at === "line-feed") {
        if (code !== byte.lineFeed) return -1;
        return at + 1;
      }
      if (code === byte.carriageReturn) {
        if (this.#digits === 0 || this.#at === "blank") return -1;
        this.#at = "line-feed";
      } else if (!this.#take(code)) {
        return -1;
      }
    }
    return end;
  }

  /** Whether the last `read` ended a line; it must be asked, and then `reset` called, before the next line. */
  isWhole(buffer: Buffer, end: number): boolean {
    return this.#at === "line-feed" && buffer[end - 1] === byte.lineFeed;
  }

  reset(): void {
    this.size = 0;
    this.#digits = 0;
    this.#bytes = 0;
    this.#at = "size";
  }

  #take(code: number): boolean {
    if (this.#at === "extension") return valueBytes[code] === 1;
    if (code === byte.semicolon) {
      this.#at = "extension";
      return this.#digits > 0;
    }
    if (code === byte.space || code === byte.tab) {
      this.#at = "blank";
      return this.#digits > 0;
    }
    const digit = hexDigits[code] as number;
    if (this.#at === "blank" || digit === 255 || ++this.#digits > maxSizeDigits) return false;
    this.size = this.size * 16 + digit;
    return true;
  }
}
