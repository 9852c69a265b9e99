import { randomStream } from "../../../src/base/random.ts";

export type SimulatedPool = {
  readonly utilisation: number;
  readonly servers: number;
  readonly slots: number;
  readonly requests: number;
};

/**
 * Response times (in service times, exponential service, Poisson arrivals) when each request joins a server
 * with the fewest open ones; a small event loop of its own, as an oracle.
 */
export function simulateLeastConnections(pool: SimulatedPool): Float64Array {
  const { utilisation, servers, slots, requests } = pool;
  const uniform = randomStream(5, `least-connections ${servers} ${slots}`);
  const rate = utilisation * servers * slots;
  const free = Array.from({ length: servers }, () => new Array<number>(slots).fill(0));
  const leaving = Array.from({ length: servers }, (): number[] => []);
  const responses = new Float64Array(requests);
  let now = 0;
  for (let request = 0; request < requests; request++) {
    now -= Math.log(uniform()) / rate;
    const offset = Math.floor(uniform() * servers) % servers;
    let chosen = offset;
    let fewest = Number.POSITIVE_INFINITY;
    for (let step = 0; step < servers; step++) {
      const server = (offset + step) % servers;
      const open = leaving[server] ?? [];
      for (let at = open.length - 1; at >= 0; at--) if ((open[at] ?? 0) <= now) open.splice(at, 1);
      if (open.length < fewest) {
        fewest = open.length;
        chosen = server;
      }
    }
    const slotTimes = free[chosen] ?? [];
    const slot = slotTimes.indexOf(Math.min(...slotTimes));
    const start = Math.max(now, slotTimes[slot] ?? 0);
    const end = start - Math.log(uniform());
    slotTimes[slot] = end;
    leaving[chosen]?.push(end);
    responses[request] = end - now;
  }
  return responses.slice(Math.floor(requests / 10)).sort();
}
