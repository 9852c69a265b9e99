/** Uses up CPU time, as a service does that renders, encrypts or parses. */
export type CpuBurner = {
  /** Blocks until this process has used `cpuMs` more of CPU time, whatever else the machine does meanwhile. */
  burn(cpuMs: number): void;
  /** CPU time burned so far. */
  readonly burnedMs: number;
};

const chunkCpuMs = 0.01;

/**
 * Work is done in chunks of about 10 µs, found by calibration, and the process's CPU clock is read after each. What
 * a burn took too much is left out of the next, so that the mean is exact even for burns shorter than a chunk.
 */
export function cpuBurner(): CpuBurner {
  const chunkSteps = Math.max(1, Math.round(calibrateStepsPerMs() * chunkCpuMs));
  let owedMs = 0;
  let burnedMs = 0;
  return {
    burn: (cpuMs) => {
      owedMs += cpuMs;
      if (owedMs <= 0) return;
      const startMs = cpuClockMs();
      let usedMs = 0;
      while (usedMs < owedMs) {
        work(chunkSteps);
        usedMs = cpuClockMs() - startMs;
      }
      owedMs -= usedMs;
      burnedMs += usedMs;
    },
    get burnedMs() {
      return burnedMs;
    },
  };
}

/** The CPU time of this process, user and system; exact to 1 µs. */
function cpuClockMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The best of several rounds, after enough of them for the compiler to have seen the loop. */
function calibrateStepsPerMs(): number {
  const steps = 20_000;
  let best = 0;
  for (let round = 0; round < 10; round++) {
    const startMs = cpuClockMs();
    work(steps);
    best = Math.max(best, steps / Math.max(cpuClockMs() - startMs, 0.001));
  }
  return best;
}

/** Kept where the compiler can't see that nobody reads it. */
let residue = 1;

function work(steps: number): void {
  let state = residue;
  for (let step = 0; step < steps; step++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  residue = state;
}
