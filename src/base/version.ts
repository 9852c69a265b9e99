/** Which of the two versions running side by side. */
export type Version = "old" | "new";

/** Both versions, in the order in which every table and figure shows them. */
export const versions = ["old", "new"] as const satisfies readonly Version[];

/** One value for each version. */
export type PerVersion<T> = { readonly [version in Version]: T };

/** Builds a value for each version. */
export function perVersion<T>(make: (version: Version) => T): { [version in Version]: T } {
  return { old: make("old"), new: make("new") };
}
