import type { Client } from "@openfeature/server-sdk";
import type { Version } from "../../base/version.ts";

/** What a flag says about a user's request: a version, or to leave it to the share. */
export type Ruling = Version | "none";

/** Users whose ruling is kept; when there are more, all are asked for anew. */
const maxUsers = 100_000;

/**
 * What a flag rules for each user. OpenFeature evaluates asynchronously, which costs some microseconds and a turn:
 * so each user is evaluated once for each state of the flags, and all further requests are a look-up.
 */
export class FlagRulings {
  readonly #client: Client;
  readonly #flag: string;
  readonly #known = new Map<string, Ruling>();
  #state = 0;

  constructor(client: Client, flag: string) {
    this.#client = client;
    this.#flag = flag;
  }

  /** @param userKey - empty where the request carries none */
  for(userKey: string): Ruling | Promise<Ruling> {
    return this.#known.get(userKey) ?? this.#evaluate(userKey);
  }

  /** The flags have changed. */
  forget(): void {
    this.#state++;
    this.#known.clear();
  }

  /** The client never throws: what can't be evaluated gives the default. */
  async #evaluate(userKey: string): Promise<Ruling> {
    const state = this.#state;
    const context = userKey === "" ? {} : { targetingKey: userKey };
    const value = await this.#client.getStringValue(this.#flag, "none", context);
    const ruling = value === "old" || value === "new" ? value : "none";
    if (state === this.#state) {
      if (this.#known.size >= maxUsers) this.#known.clear();
      this.#known.set(userKey, ruling);
    }
    return ruling;
  }
}
