/**
 * The pending events of one replication: a 4-ary heap in typed arrays, so that an event is three numbers and no
 * object. Events of one moment come out in the order in which they went in.
 *
 * Source: Larkin, Sen and Tarjan, "A Back-to-Basics Empirical Study of Priority Queues" (2014), for the arity.
 */
export class EventHeap {
  #times = new Float64Array(firstCapacity);
  #sequences = new Float64Array(firstCapacity);
  #payloads = new Int32Array(firstCapacity);
  #size = 0;
  #sequence = 0;

  /** When the next event is, in ms; infinite when there is none. */
  nextMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#size;
  }

  push(atMs: number, payload: number): void {
    if (this.#size === this.#times.length) this.#grow();
    this.#siftUp(this.#size++, atMs, this.#sequence++, payload);
    this.nextMs = this.#times[0] as number;
  }

  /** The payload of the next event, which must exist. */
  pop(): number {
    const payload = this.#payloads[0] as number;
    const last = --this.#size;
    if (last > 0) {
      this.#siftDown(
        this.#times[last] as number,
        this.#sequences[last] as number,
        this.#payloads[last] as number,
      );
      this.nextMs = this.#times[0] as number;
    } else {
      this.nextMs = Number.POSITIVE_INFINITY;
    }
    return payload;
  }

  #siftUp(from: number, time: number, sequence: number, payload: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const payloads = this.#payloads;
    let place = from;
    // A new event has the highest sequence, so among equals it stays below.
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime <= time) break;
      times[place] = parentTime;
      sequences[place] = sequences[parent] as number;
      payloads[place] = payloads[parent] as number;
      place = parent;
    }
    times[place] = time;
    sequences[place] = sequence;
    payloads[place] = payload;
  }

  #siftDown(time: number, sequence: number, payload: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const payloads = this.#payloads;
    const size = this.#size;
    let place = 0;
    for (;;) {
      const first = 4 * place + 1;
      if (first >= size) break;
      const end = Math.min(first + 4, size);
      let least = first;
      let leastTime = times[first] as number;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        const isSooner =
          childTime < leastTime ||
          (childTime === leastTime && (sequences[child] as number) < (sequences[least] as number));
        if (isSooner) {
          least = child;
          leastTime = childTime;
        }
      }
      if (leastTime > time || (leastTime === time && (sequences[least] as number) > sequence)) break;
      times[place] = leastTime;
      sequences[place] = sequences[least] as number;
      payloads[place] = payloads[least] as number;
      place = least;
    }
    times[place] = time;
    sequences[place] = sequence;
    payloads[place] = payload;
  }

  /** Bounded by its users: one event for each request under way, and a few for each server. */
  #grow(): void {
    const capacity = 2 * this.#times.length;
    this.#times = enlarged(this.#times, new Float64Array(capacity));
    this.#sequences = enlarged(this.#sequences, new Float64Array(capacity));
    this.#payloads = enlarged(this.#payloads, new Int32Array(capacity));
  }
}

const firstCapacity = 1024;

function enlarged<Column extends Float64Array | Int32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
