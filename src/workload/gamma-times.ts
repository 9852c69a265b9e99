import { normalDensity } from "../stats/normal.ts";
import { normalQuantile } from "../stats/normal-quantile.ts";
import { gammaFront, gammaQuantile, gammaTails } from "./gamma-quantile.ts";

/** Between two nodes of the table, in standard deviations of the normal law. */
const step = 1 / 16;
/** Farther out than any number of a stream: Φ⁻¹(2⁻⁵³) = −8.21. */
const outermost = 8.25;

/**
 * The gamma law's times as a rising function of a standard normal number: one number makes one time, as in the other
 * laws, and fast. ln x against z is smooth at both ends for every shape, and its slope is known, so that cubic pieces
 * between some 270 nodes hold x to one in a million.
 *
 * @param shape - k > 0, scale 1
 *
 * Source: F. N. Fritsch and R. E. Carlson, "Monotone piecewise cubic interpolation" (1980), for when Hermite's pieces rise.
 */
export function gammaTimes(shape: number): (normal: number) => number {
  const { z, logs, slopes } = nodesOf(shape);
  return (normal) => {
    let low = 0;
    let high = z.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((z[middle] as number) < normal) low = middle;
      else high = middle;
    }
    const width = (z[high] as number) - (z[low] as number);
    const t = (normal - (z[low] as number)) / width;
    const from = logs[low] as number;
    const rise = (logs[high] as number) - from;
    const first = (slopes[low] as number) * width;
    const last = (slopes[high] as number) * width;
    return Math.exp(from + t * (first + t * (3 * rise - 2 * first - last + t * (first + last - 2 * rise))));
  };
}

type Nodes = {
  readonly z: readonly number[];
  readonly logs: readonly number[];
  readonly slopes: readonly number[];
};

/** From the median up and down, each next ln x a step of z away as the slope foretells. */
function nodesOf(shape: number): Nodes {
  const median = nodeAt(Math.log(gammaQuantile(0.5, shape)), shape);
  const above = [median];
  for (let last = median; last.z < outermost; above.push(last))
    last = nodeAt(last.log + step * last.slope, shape);
  const below: Node[] = [];
  for (let last = median; last.z > -outermost; below.push(last))
    last = nodeAt(last.log - step * last.slope, shape);
  const nodes = [...below.reverse(), ...above];
  return {
    z: nodes.map((node) => node.z),
    logs: nodes.map(({ log }) => log),
    slopes: nodes.map(({ slope }) => slope),
  };
}

type Node = { readonly z: number; readonly log: number; readonly slope: number };

function nodeAt(log: number, shape: number): Node {
  const { below, above } = gammaTails(log, shape);
  const z = below < above ? normalQuantile(below) : -normalQuantile(above);
  return { z, log, slope: normalDensity(z) / gammaFront(log, shape) };
}
