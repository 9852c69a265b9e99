import { invariant } from "../../base/invariant.ts";
import { studentQuantile } from "../../stats/student.ts";
import { inverse3, type Matrix3, type Vector3 } from "./matrix3.ts";

/** Throughput measured at a load (clients, threads, servers). */
export type UslPoint = { readonly load: number; readonly throughput: number };

/** X(N) = γN / (1 + α(N − 1) + βN(N − 1)). */
export type UslCurve = { readonly gamma: number; readonly contention: number; readonly coherency: number };

export type UslFit = UslCurve & {
  /** Infinite loads don't exist: absent where coherency is 0. */
  readonly peakLoad: number | undefined;
  readonly peakThroughput: number | undefined;
  /** Half-widths at 95 %, by the curvature of the squares; absent for a coefficient at its bound. */
  readonly halfWidths: { readonly [name in keyof UslCurve]: number | undefined };
  readonly largestMeasuredLoad: number;
};

export const fewestUslPoints = 6;
/** Fits that reach further than this many times the largest measured load were 24 to 26 % off on known data. */
export const trustedReach = 1.5;

export function uslThroughput({ gamma, contention, coherency }: UslCurve, load: number): number {
  return (gamma * load) / (1 + contention * (load - 1) + coherency * load * (load - 1));
}

/** Whether a prediction at `load` lies beyond what the measurements speak of. */
export function isBeyondMeasured(fit: UslFit, load: number): boolean {
  return load > trustedReach * fit.largestMeasuredLoad;
}

/**
 * The universal scalability law through measured points: least squares, all three coefficients ≥ 0.
 *
 * @param points - at least six, loads > 0
 *
 * Source: N. J. Gunther, Guerrilla Capacity Planning (2007); Levenberg–Marquardt with bounds, several starts.
 */
export function fitUsl(points: readonly UslPoint[]): UslFit {
  invariant(points.length >= fewestUslPoints, `at least ${fewestUslPoints} points`);
  const gamma = Math.max(...points.map(({ load, throughput }) => throughput / load));
  const starts: readonly Vector3[] = [0.01, 0.1, 0.5].flatMap((contention) =>
    [1e-5, 1e-3, 1e-2].map((coherency): Vector3 => [gamma, contention, coherency]),
  );
  const best = starts
    .map((start) => descend(points, start))
    .reduce((left, right) => (right.squares < left.squares ? right : left));
  return describe(points, best);
}

type Descent = { readonly at: Vector3; readonly squares: number };

function toCurve([gamma, contention, coherency]: Vector3): UslCurve {
  return { gamma, contention, coherency };
}

function sumOfSquares(points: readonly UslPoint[], at: Vector3): number {
  const curve = toCurve(at);
  return points.reduce(
    (sum, { load, throughput }) => sum + (throughput - uslThroughput(curve, load)) ** 2,
    0,
  );
}

function descend(points: readonly UslPoint[], start: Vector3): Descent {
  let at = start;
  let squares = sumOfSquares(points, at);
  let damping = 1e-3;
  for (let round = 0; round < 2000 && damping < 1e20; round++) {
    const { normal, gradient } = normalEquations(points, at);
    const free = at.map((value, index) => value > 0 || (gradient[index] ?? 0) > 0);
    const damped = normal.map((row, index) =>
      row.map((value, column) => {
        if (!(free[index] && free[column])) return index === column ? 1 : 0;
        return index === column ? value * (1 + damping) : value;
      }),
    ) as unknown as Matrix3;
    const solved = inverse3(damped);
    if (solved === undefined) {
      damping *= 10;
      continue;
    }
    const step = solved.map((row) =>
      row.reduce((sum, value, index) => sum + value * (free[index] ? (gradient[index] ?? 0) : 0), 0),
    );
    const next = at.map((value, index) => Math.max(0, value + (step[index] ?? 0))) as unknown as Vector3;
    const nextSquares = sumOfSquares(points, next);
    if (nextSquares < squares) {
      const gained = squares - nextSquares;
      at = next;
      squares = nextSquares;
      damping = Math.max(damping / 10, 1e-14);
      if (gained <= 1e-16 * squares) break;
    } else {
      damping *= 10;
    }
  }
  return { at, squares };
}

/** JᵀJ and Jᵀr, r being what the curve lacks. */
function normalEquations(points: readonly UslPoint[], at: Vector3) {
  const curve = toCurve(at);
  const normal = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ] as [[number, number, number], [number, number, number], [number, number, number]];
  const gradient: [number, number, number] = [0, 0, 0];
  for (const { load, throughput } of points) {
    const below = 1 + curve.contention * (load - 1) + curve.coherency * load * (load - 1);
    const predicted = (curve.gamma * load) / below;
    const slopes: Vector3 = [
      load / below,
      (-predicted * (load - 1)) / below,
      (-predicted * load * (load - 1)) / below,
    ];
    for (const row of [0, 1, 2] as const) {
      gradient[row] += slopes[row] * (throughput - predicted);
      for (const column of [0, 1, 2] as const) normal[row][column] += slopes[row] * slopes[column];
    }
  }
  return { normal, gradient };
}

function describe(points: readonly UslPoint[], { at, squares }: Descent): UslFit {
  const curve = toCurve(at);
  const { contention, coherency } = curve;
  const peakLoad = coherency > 0 && contention < 1 ? Math.sqrt((1 - contention) / coherency) : undefined;
  const { normal } = normalEquations(points, at);
  const free = at.map((value) => value > 0);
  const kept = normal.map((row, index) =>
    row.map((value, column) => (free[index] && free[column] ? value : index === column ? 1 : 0)),
  ) as unknown as Matrix3;
  const degrees = points.length - free.filter(Boolean).length;
  const spread = inverse3(kept);
  const halfWidth = (index: 0 | 1 | 2) => {
    const variance = spread?.[index][index];
    if (variance === undefined || !free[index]) return undefined;
    return studentQuantile(0.975, degrees) * Math.sqrt((Math.max(0, variance) * squares) / degrees);
  };
  return {
    ...curve,
    peakLoad,
    peakThroughput: peakLoad === undefined ? undefined : uslThroughput(curve, peakLoad),
    halfWidths: { gamma: halfWidth(0), contention: halfWidth(1), coherency: halfWidth(2) },
    largestMeasuredLoad: Math.max(...points.map(({ load }) => load)),
  };
}
