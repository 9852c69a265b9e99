/**
 * Reads as much of OTLP's protobuf encoding as the tests need: what stands under a path of field numbers.
 *
 * Source: protobuf.dev, encoding; opentelemetry-proto, metrics/v1/metrics.proto.
 */
export function fieldsAt(message: Uint8Array, path: readonly number[]): readonly Uint8Array[] {
  const [first, ...rest] = path;
  if (first === undefined) return [message];
  return fieldsOf(message)
    .filter(({ number }) => number === first)
    .flatMap(({ bytes }) => fieldsAt(bytes, rest));
}

type Field = { readonly number: number; readonly bytes: Uint8Array };

function fieldsOf(message: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const lengths: Readonly<Record<number, () => number>> = { 1: () => 8, 2: varint, 5: () => 4 };
    const length = lengths[tag & 7]?.();
    if (length === undefined) varint();
    else {
      fields.push({ number: tag >>> 3, bytes: message.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}

export function fixed64(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
