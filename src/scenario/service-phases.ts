/** Kinds of requests, each with exponential times: shares that sum to 1, and the mean of each kind, ms. */
export type Phases = readonly { readonly share: number; readonly meanMs: number }[];

/**
 * The two kinds whose shares are to one another as their means are not: each kind brings half of all work.
 *
 * @param scv - squared coefficient of variation, ≥ 1; at 1 both kinds are alike
 *
 * Source: balanced means (Whitt, "Approximating a point process by a renewal process, I", 1982, section 3.1).
 */
export function balancedPhases(meanMs: number, scv: number): Phases {
  const share = (1 + Math.sqrt((scv - 1) / (scv + 1))) / 2;
  return [
    { share, meanMs: meanMs / (2 * share) },
    { share: 1 - share, meanMs: meanMs / (2 * (1 - share)) },
  ];
}
