import type net from "node:net";
import type { BodyKind, Head } from "../wire/head.ts";
import { copyFields } from "./copy-fields.ts";
import {
  clientBodyKind,
  type ResponseContext,
  writeInterimHead,
  writeResponseHead,
} from "./response-head.ts";
import { writeBytes } from "./write-bytes.ts";

const maxJoinedBytes = 16_384;

/**
 * Writes an answer to the client as it comes, in the framing that this client knows. Small pieces are joined
 * until `flush`, so that a short answer is one write. Every writing call gives `false` when the client should be
 * given time.
 */
export class AnswerRelay {
  readonly #socket: net.Socket;
  #body: BodyKind = "none";
  #hasTrailers = false;
  #out = "";

  constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  addInterimHead(head: Head): void {
    this.#out += writeInterimHead(head);
  }

  /** @returns how the body is framed for the client */
  chooseBody(head: Head, clientMinorVersion: number): BodyKind {
    this.#body = clientBodyKind(head, clientMinorVersion);
    return this.#body;
  }

  addHead(head: Head, context: Omit<ResponseContext, "body">): void {
    this.#out += writeResponseHead(head, { ...context, body: this.#body });
  }

  addBody(buffer: Buffer, start: number, end: number): boolean {
    const isChunked = this.#body === "chunked";
    const length = end - start;
    let goesOn = true;
    if (isChunked) this.#out += `${length.toString(16)}\r\n`;
    if (this.#out.length + length <= maxJoinedBytes) {
      this.#out += buffer.toString("latin1", start, end);
    } else {
      this.flush();
      goesOn = writeBytes(this.#socket, buffer, start, end);
    }
    if (isChunked) this.#out += "\r\n";
    return goesOn;
  }

  addTrailers(head: Head): void {
    if (this.#body !== "chunked") return;
    this.#hasTrailers = true;
    this.#out += `0\r\n${copyFields(head, undefined)}\r\n`;
  }

  finish(): void {
    if (this.#body === "chunked" && !this.#hasTrailers) this.#out += "0\r\n\r\n";
    this.flush();
  }

  flush(): boolean {
    if (this.#out === "") return true;
    const out = this.#out;
    this.#out = "";
    return this.#socket.write(out, "latin1");
  }
}
