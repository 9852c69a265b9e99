import { limits } from "./answer.ts";

/** Replaces what must not be written into a log or a report. */
const redacted = "[redacted]";

const secretWords =
  "authori[sz]ation|cookie|token|secret|passw|passphrase|session|jwt|credential|api[-_]?key|private[-_]?key";
const secretName = new RegExp(secretWords, "i");

const secretShapes: readonly RegExp[] = [
  // JSON web tokens, cloud access keys, PEM blocks.
  /eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g,
  // Query parameters with a secret's name.
  new RegExp(`(?<=[?&][^=&\\s]*(?:${secretWords})[^=&\\s]*=)[^&\\s"]+`, "gi"),
  // Passwords in URLs and connection strings.
  /(?<=[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+(?=@)/gi,
  /(?<=\b(?:password|pwd)\s*[=:]\s*)[^\s;,"'&]+/gi,
  /(?<=\b(?:bearer|basic)\s+)[\w.+/=~-]{6,}/gi,
  // Long runs of hex or base64, the usual form of keys and session ids.
  /\b[A-Za-z0-9+_-]{32,}={0,2}/g,
];

/** Whether a field of this name, or anything beneath it, is taken for a secret. */
function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** The text without what looks like a secret. */
export function redactText(text: string): string {
  return secretShapes.reduce((clean, shape) => clean.replace(shape, redacted), text);
}

/** One side of an example: redacted by the field's name or the value's shape, then cut. Empty for nothing. */
export function shortText(field: string, text: string | undefined): string {
  if (text === undefined) return "";
  if (isSecretName(field)) return redacted;
  // Cut generously first, so that a long body isn't searched; then for good, after redaction.
  const clean = redactText(text.slice(0, limits.exampleLength * 20));
  return clean.length > limits.exampleLength ? `${clean.slice(0, limits.exampleLength - 1)}…` : clean;
}
