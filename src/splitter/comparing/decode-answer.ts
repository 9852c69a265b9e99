import { isUtf8 } from "node:buffer";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { type Answer, limits, type NotComparedReason } from "../../compare/answer.ts";
import type { CapturedAnswer } from "./answer-capture.ts";

const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  "": (bytes) => bytes,
  identity: (bytes) => bytes,
  gzip: (bytes) => gunzipSync(bytes, bound),
  "x-gzip": (bytes) => gunzipSync(bytes, bound),
  deflate: (bytes) => inflateSync(bytes, bound),
  br: (bytes) => brotliDecompressSync(bytes, bound),
  zstd: (bytes) => zstdDecompressSync(bytes, bound),
};

/** A small answer may unpack to a very large one. */
const bound = { maxOutputLength: limits.bodyLength };

/** Unpacks an answer's body by its Content-Encoding and reads it as text. */
export function decodeAnswer(captured: CapturedAnswer): Answer | NotComparedReason {
  const { status, headers, encoding, body } = captured;
  const decode = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (decode === undefined) return "unknown encoding";
  if (body === "") return { status, headers, body };
  try {
    const bytes = decode(Buffer.from(body, "latin1"));
    // Bytes that are no UTF-8 stay apart in Latin-1; read as UTF-8 they would all look the same.
    return { status, headers, body: bytes.toString(isUtf8(bytes) ? "utf8" : "latin1") };
  } catch (error) {
    const isTooLarge =
      error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return isTooLarge ? "body too large" : "damaged encoding";
  }
}
