import { readParsed, readText } from "./read-text.ts";

/** Version 1 writes "no limit" as the largest count of pages that fits in 63 bits. */
const unlimitedBytes = 2 ** 62;

/** A file of the control group: its name in version 2 and in version 1, and the controller that has it there. */
export type ControlGroupFile = {
  readonly controller: string;
  readonly version2: string;
  readonly version1: string;
};

/** What the first of the places where this process's group may keep the file says; undefined where none does. */
export async function readControlGroup<T>(
  file: ControlGroupFile,
  parse: (text: string) => T | undefined,
): Promise<T | undefined> {
  const [cgroup, mounts] = await Promise.all([
    readText("/proc/self/cgroup"),
    readText("/proc/self/mountinfo"),
  ]);
  if (cgroup === undefined || mounts === undefined) return undefined;
  for (const path of controlGroupPaths({ cgroup, mounts }, file)) {
    const value = await readParsed(path, parse);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Where a file of a process's own control group may lie: version 2 first, then the controller of version 1; for
 * each, its own group, then the root of the mount (inside a container the path is that of the outside).
 *
 * @param texts - /proc/self/cgroup and /proc/self/mountinfo
 */
export function controlGroupPaths(
  texts: { readonly cgroup: string; readonly mounts: string },
  file: ControlGroupFile,
): readonly string[] {
  const mounts = texts.mounts.split("\n").map(parseMount);
  const groups = texts.cgroup.split("\n").map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const find = (type: string, name: string, isOurs: (controllers: string) => boolean): readonly string[] => {
    const group = groups.find((match) => match !== null && isOurs(match[1] ?? ""))?.[2];
    const mount = mounts.find(
      (entry) => entry?.type === type && isOurs(type === "cgroup2" ? "" : entry.options),
    );
    if (group === undefined || mount === undefined) return [];
    return [...new Set([`${mount.point}${group === "/" ? "" : group}/${name}`, `${mount.point}/${name}`])];
  };
  const isVersion2 = (controllers: string) => controllers === "";
  const isVersion1 = (controllers: string) => controllers.split(",").includes(file.controller);
  return [...find("cgroup2", file.version2, isVersion2), ...find("cgroup", file.version1, isVersion1)];
}

type Mount = { readonly point: string; readonly type: string; readonly options: string };

/** A line of mountinfo: id, parent, device, root, mount point, …, `-`, type, source, options of the file system. */
function parseMount(line: string): Mount | undefined {
  const [before = "", after = ""] = line.split(" - ");
  const point = before.split(" ")[4];
  const [type, , options = ""] = after.split(" ");
  return point === undefined || type === undefined ? undefined : { point, type, options };
}

/**
 * cpu.max of version 2 (`200000 100000` or `max 100000`): how many cores a control group may use; infinite without
 * a quota.
 */
export function parseCpuMax(text: string): number | undefined {
  const match = /^(max|\d+) (\d+)\s*$/.exec(text);
  if (match === null) return undefined;
  return match[1] === "max" ? Number.POSITIVE_INFINITY : Number(match[1]) / Number(match[2]);
}

/** A memory limit in bytes: `max` of version 2 is infinite, as is version 1's largest number of pages. */
export function parseMemoryLimit(text: string): number | undefined {
  const word = text.trim();
  if (word === "max") return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(word)) return undefined;
  return Number(word) < unlimitedBytes ? Number(word) : Number.POSITIVE_INFINITY;
}
