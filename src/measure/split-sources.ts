import { isIP } from "node:net";
import { UserError } from "../base/errors.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { EtcdSourcePlan } from "../scenario/split-source-plan.ts";
import type { EtcdAccess, EtcdTls } from "../splitter/etcd-client.ts";
import type { SplitterConfig } from "../splitter/messages.ts";
import { besideScenario, readText } from "./beside-scenario.ts";
import { readProvidedFlag } from "./read-flags.ts";
import { checkAllowed } from "./target.ts";

/** From where the split is followed, as the splitter is told. */
export type SplitSources = Pick<SplitterConfig, "splitFile" | "splitEtcd" | "flags">;

/**
 * Looks up from where the split is followed while a run goes on.
 *
 * @throws UserError `scenario-unreadable` for a file outside the scenario's directory, flags or certificates that
 *   can't be read and a password that isn't set, `target-not-allowed` for an etcd outside loopback and private ranges
 */
export async function splitSources(
  { splitSource, flagProvider, allowTargets }: RunPlan,
  options: { readonly scenarioDirectory: string; readonly allowedHosts: readonly string[] },
): Promise<SplitSources> {
  if (flagProvider !== undefined) readProvidedFlag(flagProvider, options.scenarioDirectory);
  const flags = flagProvider && {
    file: besideScenario(options.scenarioDirectory, flagProvider.file),
    flag: flagProvider.flag,
  };
  if (splitSource === undefined) return { flags };
  if (splitSource.kind === "file") {
    return { flags, splitFile: besideScenario(options.scenarioDirectory, splitSource.file) };
  }
  const url = await checkAllowed("etcd", splitSource.url, (host) => {
    return allowTargets.includes(host) && options.allowedHosts.includes(host);
  });
  const access = etcdAccess(splitSource, options.scenarioDirectory);
  return { flags, splitEtcd: { url: url.replace(/\/+$/, ""), key: splitSource.key, ...access } };
}

/** What only this machine knows: the certificates and the password. */
function etcdAccess({ url, tls, user }: EtcdSourcePlan, directory: string): Omit<EtcdAccess, "url"> {
  const isTls = url.startsWith("https:");
  return {
    ...(isTls && { tls: { ...serverNameOf(url), ...readPems(tls ?? {}, directory) } }),
    ...(user && { user: { name: user.name, password: readVariable(user.passwordFrom) } }),
  };
}

/** The address is called, and the certificate is for the name. */
function serverNameOf(url: string): Pick<EtcdTls, "serverName"> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? { serverName: host } : {};
}

function readPems(files: NonNullable<EtcdSourcePlan["tls"]>, directory: string): Omit<EtcdTls, "serverName"> {
  const read = (name: keyof typeof files) => {
    const file = files[name];
    return file === undefined ? {} : { [name]: readText(besideScenario(directory, file), `etcd's ${name}`) };
  };
  return { ...read("authority"), ...read("certificate"), ...read("key") };
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  throw new UserError(
    "scenario-unreadable",
    `the environment variable ${name}, which is to hold the password for etcd, is not set`,
  );
}
