import { clearLine, cursorTo } from "node:readline";
import { assertNever } from "../base/invariant.ts";
import { formatDurationMs, formatNumber } from "../base/units.ts";
import { versions } from "../base/version.ts";
import type { OnProgress, Progress } from "../measure/progress.ts";

/** Without a terminal a line is written this often, so that an hour's log stays a page. */
const quietEveryMs = 10_000;

type Stream = NodeJS.WriteStream;

export type ProgressLine = {
  readonly show: OnProgress;
  /** Leaves the line of a terminal empty, for what is printed next. */
  readonly end: () => void;
};

/** One live line on a terminal; elsewhere a line every ten seconds, and one for each event. */
export function progressLine(stream: Stream = process.stderr): ProgressLine {
  return stream.isTTY === true ? liveLine(stream) : plainLines(stream);
}

function liveLine(stream: Stream): ProgressLine {
  const clear = () => {
    cursorTo(stream, 0);
    clearLine(stream, 0);
  };
  return {
    show: (progress) => {
      clear();
      const line = lineOf(progress);
      if (progress.phase === "event") stream.write(`${line}\n`);
      else stream.write(line.slice(0, (stream.columns ?? 80) - 1));
    },
    end: clear,
  };
}

function plainLines(stream: Stream): ProgressLine {
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    show: (progress) => {
      if (progress.phase === "starting" || progress.phase === "event") {
        stream.write(`${lineOf(progress)}\n`);
        return;
      }
      if (progress.atMs < lastMs + quietEveryMs) return;
      lastMs = progress.atMs;
      stream.write(`${lineOf(progress)}\n`);
    },
    end: () => undefined,
  };
}

function lineOf(progress: Progress): string {
  switch (progress.phase) {
    case "starting":
      return `starting ${progress.what} …`;
    case "event":
      return `${clock(progress.atMs)} ${progress.message}`;
    case "warm-up":
    case "measuring":
    case "draining": {
      const time =
        progress.phase === "measuring"
          ? `${clock(progress.atMs)} of ${clock(progress.durationMs)}`
          : progress.phase;
      const offered = `${formatNumber(progress.offeredPerSecond)}/s offered`;
      const arms = versions.map((version) => {
        const { completedPerSecond, lost, p50Ms, maxMs } = progress.versions[version];
        const times =
          p50Ms === undefined || maxMs === undefined
            ? ""
            : `, p50 ${formatDurationMs(p50Ms)}, max ${formatDurationMs(maxMs)}`;
        const failures = lost === 0 ? "" : `, ${formatNumber(lost)} lost`;
        return `${version} ${formatNumber(completedPerSecond)}/s${times}${failures}`;
      });
      return [time, offered, ...arms].join(" · ");
    }
    default:
      return assertNever(progress);
  }
}

/** 75_000 → `1:15`. */
function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
