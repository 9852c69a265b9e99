import type { CapacityPoint } from "./capacity-point.ts";
import type { ModelInputs } from "./inputs.ts";
import { systemLoad } from "./load.ts";
import type { ServerConstraint } from "./server-needs.ts";
import { rankedConstraints, type ServerTier, sizeServers } from "./server-tier.ts";

/** When another constraint than the binding one begins to decide the number of servers. */
export type TakeOver = {
  readonly constraint: ServerConstraint;
  /** Servers that it asks for now. */
  readonly servers: number;
  /** How many times as often each user would have to ask for it to bind; absent where that changes nothing. */
  readonly atRequestFactor: number | undefined;
};

const largestFactor = 1e6;

/**
 * The runner-up, and how much busier each user must get until something else than now decides.
 *
 * Source: bisection over the rate per user; connections and memory stay, everything else grows with it.
 */
export function takeOver(inputs: ModelInputs, { load, servers }: CapacityPoint): TakeOver | undefined {
  const [first, second] = rankedConstraints(servers.needs);
  if (first === undefined || second === undefined) return undefined;
  const leaderAt = (factor: number): ServerConstraint | undefined => {
    const busy = busier(inputs, factor);
    const answer = sizeServers(busy, systemLoad(busy, load.users));
    return "impossible" in answer ? undefined : leader(answer.tier);
  };
  if (leaderAt(largestFactor) === first.constraint) return { ...second, atRequestFactor: undefined };
  let low = 1;
  let high = largestFactor;
  while (high / low > 1.004) {
    const middle = Math.sqrt(low * high);
    if (leaderAt(middle) === first.constraint) low = middle;
    else high = middle;
  }
  const next = leaderAt(high) ?? second.constraint;
  const now = rankedConstraints(servers.needs).find(({ constraint }) => constraint === next) ?? second;
  return { ...now, atRequestFactor: high };
}

function leader({ needs }: ServerTier): ServerConstraint | undefined {
  return rankedConstraints(needs)[0]?.constraint;
}

function busier(inputs: ModelInputs, factor: number): ModelInputs {
  const { demand } = inputs;
  return {
    ...inputs,
    demand: {
      ...demand,
      averagePerUser: demand.averagePerUser * factor,
      peakPerUser: demand.peakPerUser * factor,
    },
  };
}
