/**
 * Names a failure by the code of its system error. Failures of this machine begin with `generator-`: they are
 * never charged to the target.
 */
export function failureClass(error: unknown): string {
  const code = errorCode(error);
  const known = classes.get(code);
  if (known !== undefined) return known;
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return "tls";
  return code === "" ? "broken" : code.toLowerCase();
}

export function isGeneratorFailure(failure: string): boolean {
  return failure.startsWith("generator-");
}

const classes: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "refused"],
  ["ECONNRESET", "reset"],
  ["EPIPE", "reset"],
  ["ETIMEDOUT", "connect-timeout"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["ENOTFOUND", "name-not-found"],
  ["EAI_AGAIN", "name-not-found"],
  ["EADDRNOTAVAIL", "generator-ports"],
  ["EMFILE", "generator-descriptors"],
  ["ENFILE", "generator-descriptors"],
  ["ENOBUFS", "generator-memory"],
  ["ENOMEM", "generator-memory"],
]);

function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
