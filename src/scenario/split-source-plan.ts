import type { Scenario } from "./schema.ts";

/** Where the share is followed while requests flow. */
export type SplitSourcePlan =
  | { readonly kind: "file"; readonly file: string }
  | ({ readonly kind: "etcd" } & EtcdSourcePlan);

/** PEM files lie beside the scenario; the password is in the environment variable of that name. */
export type EtcdSourcePlan = {
  readonly url: string;
  readonly key: string;
  readonly tls?: EtcdTlsFiles | undefined;
  readonly user?: { readonly name: string; readonly passwordFrom: string } | undefined;
};

export type EtcdTlsFiles = {
  readonly authority?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
};

/** A file of flags, relative to the scenario, and the flag that decides. */
export type FlagProviderPlan = { readonly file: string; readonly flag: string };

export function planSplitSource(source: Scenario["split"]["source"]): SplitSourcePlan | undefined {
  if (source === undefined) return undefined;
  if ("file" in source) return { kind: "file", file: source.file };
  const { etcd, key, tls, user } = source;
  return { kind: "etcd", url: etcd.replace(/\/+$/, ""), key, ...(tls && { tls }), ...(user && { user }) };
}
