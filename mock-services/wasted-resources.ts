import { systemClock } from "../src/base/clock.ts";
import type { SetMockFault } from "../src/measure/mock-messages.ts";
import { cpuBurner } from "./cpu-burner.ts";

const leakEveryMs = 100;
const theftEveryMs = 10;

/** Memory that leaks and CPU that is stolen, both really, in the process that answers. */
export class WastedResources {
  readonly #leaked: Buffer[] = [];
  #leakedBytes = 0;
  #leaking: NodeJS.Timeout | undefined;
  #stealing: NodeJS.Timeout | undefined;

  setFault({ leak, theftShare }: SetMockFault): void {
    clearInterval(this.#leaking);
    clearInterval(this.#stealing);
    if (leak !== undefined) this.#leaking = everyMs(leakEveryMs, (pastMs) => this.#leak(leak, pastMs));
    if (theftShare !== undefined) this.#stealing = steal(theftShare);
  }

  /** Every byte is written, so that the system has to give it. */
  #leak({ bytesPerSecond, limitBytes }: NonNullable<SetMockFault["leak"]>, pastMs: number): void {
    const bytes = Math.min(Math.round((bytesPerSecond * pastMs) / 1000), limitBytes - this.#leakedBytes);
    if (bytes <= 0) return;
    this.#leaked.push(Buffer.alloc(bytes, 1));
    this.#leakedBytes += bytes;
  }
}

/** On the thread that answers, as a collector of garbage or a noisy library would. */
function steal(share: number): NodeJS.Timeout {
  const burner = cpuBurner();
  return everyMs(theftEveryMs, (pastMs) => burner.burn(Math.min(pastMs, longestTheftMs) * share));
}

/** A thread that was held up itself doesn't make up for it in one go. */
const longestTheftMs = 50;

function everyMs(intervalMs: number, act: (pastMs: number) => void): NodeJS.Timeout {
  let lastMs = systemClock.nowMs();
  return setInterval(() => {
    const nowMs = systemClock.nowMs();
    act(nowMs - lastMs);
    lastMs = nowMs;
  }, intervalMs).unref();
}
