import { lookup } from "node:dns/promises";
import { BlockList, connect, isIP, isIPv4 } from "node:net";
import { UserError } from "../base/errors.ts";
import { type Version, versions } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";

/** A real service's address, looked up once: the run keeps to it, whatever the name says later. */
export type ResolvedTarget = {
  /** The url with the address in place of the name. */
  readonly url: string;
  /** Name and port as written, for the Host header. */
  readonly authority: string;
};

/** Loopback and the private ranges of RFC 1918 and RFC 4193. */
const privateRanges = new BlockList();
privateRanges.addSubnet("127.0.0.0", 8, "ipv4");
privateRanges.addSubnet("10.0.0.0", 8, "ipv4");
privateRanges.addSubnet("172.16.0.0", 12, "ipv4");
privateRanges.addSubnet("192.168.0.0", 16, "ipv4");
privateRanges.addAddress("::1", "ipv6");
privateRanges.addSubnet("fc00::", 7, "ipv6");

/** Addresses that are never a service under test: cloud metadata, "this host", link-local. */
const neverTargets = new BlockList();
neverTargets.addSubnet("169.254.0.0", 16, "ipv4");
neverTargets.addSubnet("0.0.0.0", 8, "ipv4");
neverTargets.addAddress("::", "ipv6");
neverTargets.addSubnet("fe80::", 10, "ipv6");
neverTargets.addAddress("fd00:ec2::254", "ipv6");

const connectPatienceMs = 3000;

/**
 * Looks up and checks the real services of a plan, before anything is started.
 *
 * @param allowedHosts - hosts that the command line names; a public one needs the scenario's word as well
 * @throws UserError `target-not-allowed` or `target-unreachable`, naming the version and the address
 */
export async function resolveTargets(
  plan: RunPlan,
  allowedHosts: readonly string[],
): Promise<{ readonly [version in Version]?: ResolvedTarget }> {
  const targets: { [version in Version]?: ResolvedTarget } = {};
  for (const version of versions) {
    const { target } = plan.services[version];
    if (target.kind !== "url") continue;
    targets[version] = await resolveTarget(version, target.url, (host) => {
      return plan.allowTargets.includes(host) && allowedHosts.includes(host);
    });
  }
  for (const { what, url } of storeUrls(plan)) {
    await checkAllowed(what, url, (host) => plan.allowTargets.includes(host) && allowedHosts.includes(host));
  }
  return targets;
}

/** Real stores that were there already; the load reaches them as well. */
function storeUrls({ stores }: RunPlan): readonly { readonly what: string; readonly url: string }[] {
  const database = stores.database?.real?.source;
  const cache = stores.cache?.real?.source;
  return [
    ...(database?.kind === "url"
      ? Object.values(database.urls).map((url) => ({ what: "database", url }))
      : []),
    ...(cache?.kind === "url" ? [{ what: "cache", url: cache.urls }] : []),
  ];
}

async function resolveTarget(
  version: Version,
  url: string,
  isAllowed: (host: string) => boolean,
): Promise<ResolvedTarget> {
  const parsed = new URL(url);
  const address = await allowedAddress(`${version} service`, parsed, isAllowed);
  await checkReachable(version, address, Number(parsed.port || 80));
  const authority = parsed.host;
  return { url: withAddress(parsed, address), authority };
}

/**
 * Holds an address that is called besides the load to the same rule.
 *
 * @param what - for the message, for example `webhook`
 * @returns the url with the address in place of the name
 * @throws UserError `target-not-allowed`, or `target-unreachable` for a name that can't be looked up
 */
export async function checkAllowed(
  what: string,
  url: string,
  isAllowed: (host: string) => boolean,
): Promise<string> {
  const parsed = new URL(url);
  return withAddress(parsed, await allowedAddress(what, parsed, isAllowed));
}

async function allowedAddress(
  what: string,
  parsed: URL,
  isAllowed: (host: string) => boolean,
): Promise<string> {
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) ? [host] : await addressesOf(what, host);
  for (const address of addresses) {
    if (isPrivate(address)) continue;
    if (isNever(address) || !isAllowed(host)) {
      const where = address === host ? address : `${host} (${address})`;
      throw new UserError(
        "target-not-allowed",
        `The ${what}'s address ${where} is not on this machine or in a private network.`,
      );
    }
  }
  return addresses[0] ?? host;
}

function withAddress(url: URL, address: string): string {
  const changed = new URL(url);
  changed.hostname = isIPv4(address) ? address : `[${address}]`;
  return changed.href;
}

async function addressesOf(what: string, host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    throw new UserError("target-unreachable", `The ${what}'s name ${host} can't be looked up.`);
  }
}

function isPrivate(address: string): boolean {
  return !isNever(address) && privateRanges.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

function isNever(address: string): boolean {
  return neverTargets.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

async function checkReachable(version: Version, host: string, port: number): Promise<void> {
  const problem = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ host, port, timeout: connectPatienceMs });
    const settle = (outcome: string | undefined) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once("connect", () => settle(undefined));
    socket.once("timeout", () => settle(`does not answer within ${connectPatienceMs / 1000} s`));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      settle(error.code === "ECONNREFUSED" ? "refuses connections" : `can't be reached (${error.code})`);
    });
  });
  if (problem === undefined) return;
  throw new UserError("target-unreachable", `The ${version} service at ${host}:${port} ${problem}.`);
}
