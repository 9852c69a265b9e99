/** A row as a checker sees it. */
export type Row = {
  readonly key: string;
  /** When it was written, by the writer's clock, µs. */
  readonly writtenAtUs: number;
  /** A hash of everything both versions know of the row. */
  readonly fingerprint: string;
};

/** `missing`: old's database has it alone. `extra`: new's alone. `stale`: one has an older state. */
export type RowDifference = {
  readonly key: string;
  readonly kind: "missing" | "extra" | "stale" | "different";
  /** The same as long as neither side changes. */
  readonly pair: string;
};

/** @returns undefined where both are the same */
function rowDifference(old: Row | undefined, young: Row | undefined): RowDifference | undefined {
  const key = old?.key ?? young?.key;
  if (key === undefined || old?.fingerprint === young?.fingerprint) return undefined;
  const pair = `${old?.fingerprint ?? "-"} ${young?.fingerprint ?? "-"}`;
  if (young === undefined) return { key, kind: "missing", pair };
  if (old === undefined) return { key, kind: "extra", pair };
  return { key, kind: old.writtenAtUs === young.writtenAtUs ? "different" : "stale", pair };
}

/** All differences between two lists of rows, in the order of the first list, then of the second. */
export function rowDifferences(old: readonly Row[], young: readonly Row[]): readonly RowDifference[] {
  const youngByKey = new Map(young.map((row) => [row.key, row]));
  const oldKeys = new Set(old.map(({ key }) => key));
  return [
    ...old.flatMap((row) => rowDifference(row, youngByKey.get(row.key)) ?? []),
    ...young.filter(({ key }) => !oldKeys.has(key)).flatMap((row) => rowDifference(undefined, row) ?? []),
  ];
}
