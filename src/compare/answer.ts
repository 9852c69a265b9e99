/** What a version answered, its body decompressed and decoded. */
export type Answer = {
  readonly status: number;
  /** Names in lower case; several values of one name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export const differenceKinds = ["missing", "extra", "type", "value", "order", "length"] as const;

/**
 * `missing`: the first has it, the second hasn't. `extra`: the other way round. `order`: the same elements in
 * another order. `length`: arrays of different lengths.
 */
export type DifferenceKind = (typeof differenceKinds)[number];

export type Difference = {
  /** `status`, `header content-type`, `body`, or a field such as `$.items[*].price`. */
  readonly field: string;
  readonly kind: DifferenceKind;
  /** Both sides as short, redacted text; empty where there is none. */
  readonly first: string;
  readonly second: string;
};

export type Comparison =
  | { readonly state: "same" }
  | {
      readonly state: "different";
      readonly differences: readonly Difference[];
      /** More were found than are kept. */
      readonly isCut: boolean;
    }
  | { readonly state: "not compared"; readonly reason: NotComparedReason };

export const notComparedReasons = [
  "body too large",
  "nested too deeply",
  "too many fields",
  // Of those who ask the versions:
  "no answer",
  "no room",
  "version out",
  "a write",
  "unknown encoding",
  "damaged encoding",
] as const;

export type NotComparedReason = (typeof notComparedReasons)[number];

export const limits = {
  /** Characters of one body. */
  bodyLength: 1_048_576,
  depth: 64,
  /** Fields and elements looked at in one comparison. */
  nodes: 100_000,
  differences: 100,
  /** Characters of one side of an example. */
  exampleLength: 80,
  /** Object keys above which an object is taken for a map, its keys being data. */
  mapKeys: 50,
  keyLength: 100,
} as const;
