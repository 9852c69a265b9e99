import type { Scenario } from "./schema.ts";

/** Where the share is followed while requests flow. */
export type SplitSourcePlan =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "etcd"; readonly url: string; readonly key: string };

/** A file of flags, relative to the scenario, and the flag that decides. */
export type FlagProviderPlan = { readonly file: string; readonly flag: string };

export function planSplitSource(source: Scenario["split"]["source"]): SplitSourcePlan | undefined {
  if (source === undefined) return undefined;
  if ("file" in source) return { kind: "file", file: source.file };
  return { kind: "etcd", url: source.etcd.replace(/\/+$/, ""), key: source.key };
}
