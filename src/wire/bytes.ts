/** Single bytes of HTTP/1.1, and tables that tell which bytes may stand where. */
export const byte = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  asterisk: 0x2a,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  semicolon: 0x3b,
  underscore: 0x5f,
} as const;

/** `tchar` of RFC 9110 section 5.6.2: 1 where a byte may stand in a method or a field name. */
export const tokenBytes = table((code) => /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(code)));

/** `field-content` of RFC 9110 section 5.5, with the spaces and tabs inside it. */
export const valueBytes = table((code) => code === 0x09 || (code >= 0x20 && code !== 0x7f));

/** A request target: printable ASCII without the space (RFC 9112 section 3.2). */
export const targetBytes = table((code) => code > 0x20 && code < 0x7f);

/** The value of a hexadecimal digit, 255 for any other byte. */
export const hexDigits = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase());
  return digit === -1 ? 255 : digit;
});

/** Lower case for ASCII letters, every other byte as it is. */
export const lowerCase = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x41 && code <= 0x5a ? code + 0x20 : code,
);

/** Whether the bytes from `start` on spell `lowerName`, in any case. The caller has compared the lengths. */
export function spells(buffer: Uint8Array, start: number, lowerName: string): boolean {
  for (let at = 0; at < lowerName.length; at++) {
    if (lowerCase[buffer[start + at] as number] !== lowerName.charCodeAt(at)) return false;
  }
  return true;
}

function table(holds: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (holds(code) ? 1 : 0));
}
