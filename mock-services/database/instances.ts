import type { Uniform } from "../../src/base/random.ts";
import { type Begin, Gate, type GateOptions } from "./gate.ts";

/**
 * A primary and its read replicas, each with a gate of its own. Reads go to a replica by chance where there is one;
 * writes go to the primary, and every replica repeats them at the cost of a write, as in the capacity model.
 */
export class Instances {
  readonly #primary: Gate;
  readonly #replicas: readonly Gate[];
  readonly #draw: Uniform;

  constructor(options: GateOptions, replicas: number, draw: Uniform) {
    this.#primary = new Gate(options);
    this.#replicas = Array.from({ length: replicas }, () => new Gate(options));
    this.#draw = draw;
  }

  get waiting(): number {
    return this.#all().reduce((sum, gate) => sum + gate.waiting, 0);
  }

  /** The limit of each from now on. */
  setLimit(limitPerSecond: number): void {
    for (const gate of this.#all()) gate.setLimit(limitPerSecond);
  }

  /** Calls `begin` when the read may start; false when the line is full. */
  read(begin: Begin): boolean {
    const count = this.#replicas.length;
    const replica =
      count === 0 ? undefined : this.#replicas[Math.min(count - 1, Math.floor(this.#draw() * count))];
    return (replica ?? this.#primary).enter(begin);
  }

  /** The same for a write. */
  write(begin: Begin): boolean {
    if (!this.#primary.enter(begin)) return false;
    for (const replica of this.#replicas) replica.enter(repeated);
    return true;
  }

  #all(): readonly Gate[] {
    return [this.#primary, ...this.#replicas];
  }
}

/** Nobody waits for a write on a replica. */
const repeated: Begin = () => undefined;
