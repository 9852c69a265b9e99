import type { IncomingMessage } from "node:http";

/** Larger request bodies are refused with 413. */
export const maxRequestBodyBytes = 16 * 1024 * 1024;

/**
 * Reads a request's body and throws it away. A caller that breaks off is answered nothing.
 *
 * @param done - called once, at once where there is no body; `false` when it is too large
 */
export function discardBody(request: IncomingMessage, done: (accepted: boolean) => void): void {
  const { headers } = request;
  const announced = Number(headers["content-length"] ?? 0);
  if (announced === 0 && headers["transfer-encoding"] === undefined) {
    done(true);
    return;
  }
  if (announced > maxRequestBodyBytes) {
    done(false);
    return;
  }
  let received = 0;
  const count = (piece: Buffer) => {
    received += piece.length;
    if (received <= maxRequestBodyBytes) return;
    request.off("data", count).off("end", end).pause();
    done(false);
  };
  const end = () => done(true);
  request.on("data", count).on("end", end);
}
