/**
 * Everything for which a message is refused, with the status a server answers such a request with. Whoever
 * reads responses treats each of them as a broken upstream.
 */
export const wireFailures = {
  "bad-start-line": { status: 400, sentence: "the first line is not an HTTP/1.1 request or status line" },
  "bad-version": { status: 505, sentence: "the version is neither HTTP/1.0 nor HTTP/1.1" },
  "bad-header": { status: 400, sentence: "a header line has a forbidden byte, a fold or no colon" },
  "bad-line-end": { status: 400, sentence: "a line does not end in CR LF" },
  "head-too-large": { status: 431, sentence: "the head is larger than the limit" },
  "too-many-headers": { status: 431, sentence: "there are more header lines than the limit" },
  "bad-host": { status: 400, sentence: "there is not exactly one valid Host header" },
  "bad-content-length": { status: 400, sentence: "Content-Length is not one whole number" },
  "length-and-encoding": { status: 400, sentence: "both Content-Length and Transfer-Encoding are present" },
  "bad-transfer-encoding": { status: 400, sentence: "Transfer-Encoding is not exactly chunked" },
  "underscore-framing": { status: 400, sentence: "a framing header is spelled with underscores" },
  "bad-connection": { status: 400, sentence: "Connection names a header that frames the message" },
  "bad-chunk": { status: 400, sentence: "a chunk is not framed as RFC 9112 section 7.1 has it" },
  "bad-trailer": { status: 400, sentence: "a trailer field is malformed or frames the message" },
  "unasked-upgrade": { status: 502, sentence: "the answer switches protocols although nobody asked for it" },
  truncated: { status: 400, sentence: "the connection ended inside a message" },
} as const satisfies Record<string, { status: number; sentence: string }>;

export type WireFailure = keyof typeof wireFailures;
