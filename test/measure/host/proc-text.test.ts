import { describe, expect, test } from "vitest";
import { controlGroupPaths } from "../../../src/measure/host/control-group.ts";
import {
  parseCpuPressureMs,
  parseCpuThrottling,
  parseDescriptorLimits,
  parseLoadAverage,
  parsePortRange,
  parseProcessStat,
  parseProcessStatus,
  parseRunQueueMs,
  parseSockets,
  parseSystemCpu,
} from "../../../src/measure/host/proc-text.ts";

/** Fields 3 to 22 of a stat line; utime 250, stime 50, 11 threads, started at tick 151290. */
const statFields = "S 1 4242 4242 0 -1 4194304 102 0 0 0 250 50 0 0 20 0 11 0 151290 3133440 413 184467";

describe("a line of /proc/PID/stat", () => {
  test.each([
    ["a plain name", "node"],
    ["a name with spaces", "tmux: server"],
    ["a name with parentheses", "(sd-pam)"],
    ["a name that closes early and looks like fields", "x) R 9 9 9 9 9 9 9 9 9 9 9 9 9 ("],
  ])("is read past %s", (_, name) => {
    expect(parseProcessStat(`4242 (${name}) ${statFields}\n`)).toEqual({
      cpuMs: 3000,
      threads: 11,
      startTicks: 151_290,
    });
  });

  test.each(["", "4242 (node) S 1 2", "no such text"])("cut short gives nothing: %j", (text) => {
    expect(parseProcessStat(text)).toBeUndefined();
  });
});

describe("/proc/PID/status", () => {
  const status =
    "Name:\tnode\nVmRSS:\t   80548 kB\nThreads:\t11\nvoluntary_ctxt_switches:\t51\nnonvoluntary_ctxt_switches:\t32\n";

  test("gives memory in bytes and both kinds of switches", () => {
    expect(parseProcessStatus(status)).toEqual({
      rssBytes: 80_548 * 1024,
      voluntarySwitches: 51,
      involuntarySwitches: 32,
    });
  });

  test("of a zombie has no memory figure, not 0", () => {
    const zombie = status.replace(/VmRSS.*\n/, "");
    expect(parseProcessStatus(zombie)).toEqual({ voluntarySwitches: 51, involuntarySwitches: 32 });
  });
});

describe("the machine's files", () => {
  test("give busy and stolen time without counting guests twice", () => {
    const text = "cpu  100 10 50 800 20 3 7 10 40 5\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 1\n";
    expect(parseSystemCpu(text)).toEqual({ totalTicks: 1000, busyTicks: 180, stealTicks: 10 });
  });

  test("of an old kernel have no steal to count", () => {
    expect(parseSystemCpu("cpu  100 10 50 800\n")).toEqual({
      totalTicks: 960,
      busyTicks: 160,
      stealTicks: 0,
    });
  });

  test.each([
    [
      "some avg10=0.89 avg60=1.66 avg300=2.67 total=34533023\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n",
      34_533.023,
    ],
    ["full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n", undefined],
    ["", undefined],
  ])("give the time that tasks waited for a core: %j", (text, expected) => {
    expect(parseCpuPressureMs(text)).toBe(expected);
  });

  test.each([
    ["0.05 0.24 0.17 1/104 13237\n", 0.05],
    ["", undefined],
  ])("give the load average: %j", (text, expected) => {
    expect(parseLoadAverage(text)).toBe(expected);
  });

  test.each([
    [
      "version 1",
      "nr_periods 20\nnr_throttled 5\nthrottled_time 1500000\n",
      { periods: 20, throttledPeriods: 5, throttledMs: 1.5 },
    ],
    [
      "version 2",
      "usage_usec 9\nuser_usec 5\nsystem_usec 4\nnr_periods 20\nnr_throttled 5\nthrottled_usec 1500\n",
      { periods: 20, throttledPeriods: 5, throttledMs: 1.5 },
    ],
    ["version 2 without a quota", "usage_usec 9\nuser_usec 5\nsystem_usec 4\n", undefined],
  ])("give throttling in control groups of %s", (_, text, expected) => {
    expect(parseCpuThrottling(text)).toEqual(expected);
  });

  test.each([
    [
      "sockets: used 12\nTCP: inuse 31 orphan 0 tw 204 alloc 1 mem 104\nUDP: inuse 0 mem 0\n",
      { tcpInUse: 31, tcpTimeWait: 204 },
    ],
    ["sockets: used 12\n", undefined],
  ])("give sockets in use and closed lately: %j", (text, expected) => {
    expect(parseSockets(text)).toEqual(expected);
  });

  test.each([
    ["32768\t60999\n", { first: 32_768, last: 60_999 }],
    ["none", undefined],
  ])("give the port range: %j", (text, expected) => {
    expect(parsePortRange(text)).toEqual(expected);
  });

  test.each([
    [
      "Limit   Soft Limit  Hard Limit  Units\nMax open files            20000                1048576              files\n",
      { soft: 20_000, hard: 1_048_576 },
    ],
    [
      "Max open files            1024                 unlimited            files\n",
      { soft: 1024, hard: Number.POSITIVE_INFINITY },
    ],
    ["Max processes 5 5 processes\n", undefined],
  ])("give the descriptor limits: %j", (text, expected) => {
    expect(parseDescriptorLimits(text)).toEqual(expected);
  });
});

describe("the cpu.stat of the own control group", () => {
  const version2 = "30 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
  const version1 = [
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
    "34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset",
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
    "",
  ].join("\n");

  test.each([
    [
      "version 2",
      "0::/user.slice/app.scope\n",
      version2,
      ["/sys/fs/cgroup/user.slice/app.scope/cpu.stat", "/sys/fs/cgroup/cpu.stat"],
    ],
    ["version 2 inside a container", "0::/\n", version2, ["/sys/fs/cgroup/cpu.stat"]],
    [
      "version 1",
      "3:cpuset:/\n2:cpu,cpuacct:/docker/abc\n",
      version1,
      ["/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.stat", "/sys/fs/cgroup/cpu,cpuacct/cpu.stat"],
    ],
    [
      "both at once",
      "2:cpu,cpuacct:/\n0::/\n",
      version1 + version2,
      ["/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu,cpuacct/cpu.stat"],
    ],
    ["none", "", "", []],
  ])("lies where %s puts it", (_, cgroup, mounts, expected) => {
    const file = { controller: "cpu", version2: "cpu.stat", version1: "cpu.stat" };
    expect(controlGroupPaths({ cgroup, mounts }, file)).toEqual(expected);
  });
});

test.each([
  ["123456789 2500000000 42\n", 2500],
  ["0 0 0\n", 0],
  ["", undefined],
])("/proc/PID/schedstat %j: %s ms without a core", (text, waitedMs) => {
  expect(parseRunQueueMs(text)).toBe(waitedMs);
});
