import { murmur3 } from "../base/random.ts";

/** Users kept apart; up to there their number is exact. */
export const mostUsersKept = 10_000;
/** Users that one driver names for one second and version. */
export const mostUsersToldPerSecond = 4096;

export type UserCount = {
  readonly count: number;
  /** Whether it was counted; else it is estimated, with a standard error of about 1/√(users kept). */
  readonly isExact: boolean;
};

/** What one driver tells of one second; `isCut` when there were more than may be told. */
export type ToldUsers = { readonly users: readonly number[]; readonly isCut: boolean };

const hashRange = 2 ** 32;

/**
 * How many different users were harmed, in bounded memory: the users with the smallest hashes are kept, and where
 * that is not all, the largest kept hash says how many share the range below it.
 *
 * Source: K minimum values (Bar-Yossef, Jayram, Kumar, Sivakumar and Trevisan, Counting Distinct Elements, 2002).
 */
export class HarmedUsers {
  readonly #mostKept: number;
  readonly #hashes = new Map<number, number>();
  /** Only users with hashes below it are kept; infinite while all are. */
  #limit = Number.POSITIVE_INFINITY;

  constructor(mostKept = mostUsersKept) {
    this.#mostKept = mostKept;
  }

  add(user: number): void {
    const hash = murmur3(String(user), 0);
    if (hash >= this.#limit || this.#hashes.has(user)) return;
    this.#hashes.set(user, hash);
    if (this.#hashes.size >= this.#mostKept * 2) this.#cut();
  }

  /** Adds what a driver told of a second. */
  addTold({ users, isCut }: ToldUsers): void {
    for (const user of users) this.add(user);
    const last = users.at(-1);
    if (isCut && last !== undefined) this.#lower(murmur3(String(last), 0));
  }

  get total(): UserCount {
    this.#cut();
    if (this.#limit === Number.POSITIVE_INFINITY) return { count: this.#hashes.size, isExact: true };
    return { count: Math.round((this.#hashes.size * hashRange) / this.#limit), isExact: false };
  }

  /** The users with the smallest hashes, in the order of these. */
  tell(): ToldUsers {
    this.#cut();
    const users = [...this.#hashes].toSorted(([, left], [, right]) => left - right).map(([user]) => user);
    return { users, isCut: this.#limit < Number.POSITIVE_INFINITY };
  }

  #cut(): void {
    if (this.#hashes.size <= this.#mostKept) return;
    const hashes = [...this.#hashes.values()].toSorted((left, right) => left - right);
    this.#lower(hashes[this.#mostKept] ?? Number.POSITIVE_INFINITY);
  }

  /** Forgets the users with hashes from there on. */
  #lower(limit: number): void {
    this.#limit = Math.min(this.#limit, limit);
    for (const [user, hash] of this.#hashes) if (hash >= this.#limit) this.#hashes.delete(user);
  }
}
