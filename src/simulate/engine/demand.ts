import type { ServiceTimePlan } from "../../scenario/service-plan.ts";
import { type ServiceTimeSampler, serviceTimeSampler } from "../../workload/service-time.ts";

const words = 2 ** 32;

/**
 * A law as a function of one number for each request, so that a request asks for the same work whenever and wherever
 * it is begun. Laws that take several numbers for each draw get a stream grown from that one.
 *
 * @param work - the number of the request at hand, in (0, 1]
 */
export function demandSampler(law: ServiceTimePlan, work: () => number): ServiceTimeSampler {
  if (law.law !== "gamma") return serviceTimeSampler(law, work);
  let state = 0;
  const sample = serviceTimeSampler(law, () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) + 1) / words;
  });
  return () => {
    const scaled = work() * words;
    const high = Math.floor(scaled);
    state = mix(high) ^ Math.floor((scaled - high) * words);
    return sample();
  };
}

/** The finishing step of MurmurHash3. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
