import type { Head } from "../../wire/head.ts";

/** What is kept of an answer for the comparison; it is decoded elsewhere. */
export type CapturedAnswer = {
  readonly status: number;
  /** The headers that are compared, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Content-Encoding in lower case; empty without one. */
  readonly encoding: string;
  /** As it came, in Latin-1. */
  readonly body: string;
};

export type CaptureLimits = {
  readonly headers: readonly string[];
  readonly maxBodyBytes: number;
};

/** Keeps one answer while it comes, up to a size. */
export class AnswerCapture {
  readonly #limits: CaptureLimits;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #encoding = "";
  #body = "";
  #isTooLarge = false;

  constructor(limits: CaptureLimits) {
    this.#limits = limits;
  }

  get isTooLarge(): boolean {
    return this.#isTooLarge;
  }

  head(head: Head): void {
    this.#status = head.status;
    this.#encoding = (head.value("content-encoding") ?? "").toLowerCase();
    this.#headers = Object.fromEntries(
      this.#limits.headers.flatMap((name) => {
        const values = valuesOf(head, name);
        return values.length === 0 ? [] : [[name, values.join(", ")]];
      }),
    );
  }

  /** A piece of the body; the buffer is used again after the call. */
  add(buffer: Buffer, start: number, end: number): void {
    if (this.#isTooLarge) return;
    if (this.#body.length + end - start > this.#limits.maxBodyBytes) {
      this.#isTooLarge = true;
      this.#body = "";
      return;
    }
    this.#body += buffer.toString("latin1", start, end);
  }

  take(): CapturedAnswer {
    return { status: this.#status, headers: this.#headers, encoding: this.#encoding, body: this.#body };
  }
}

function valuesOf(head: Head, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = head.find(name); index !== -1; index = head.find(name, index + 1)) {
    values.push(head.valueAt(index));
  }
  return values;
}
