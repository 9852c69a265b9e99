import type { Client } from "pg";
import { formatCount } from "../../base/units.ts";
import { type PerVersion, versions } from "../../base/version.ts";
import type { Ledger } from "../../result/divergence-schema.ts";
import type { DivergenceReading } from "../../rollout/divergence-gate.ts";
import { auditBank, isSumRight } from "./bank-audit.ts";
import type { MockBook } from "./mock-book.ts";

type Books = Awaited<ReturnType<typeof auditBank>>;

/** Watches a bank whose books both versions write: its sums while bookings go on, and every entry of its books. */
export class BankWatch {
  readonly #mocks: Pick<MockBook, "acknowledged" | "uncertain">;
  #sumChecks = 0;
  #sumsWrong = 0;
  /** As last audited while the load went on, with the confirmed bookings that were not in them. */
  #audited: (Books & { readonly lost: number }) | undefined;

  constructor(mocks: Pick<MockBook, "acknowledged" | "uncertain">) {
    this.#mocks = mocks;
  }

  /** What is wrong as of the last audit; undefined before the first. */
  get reading(): DivergenceReading | undefined {
    if (this.#audited === undefined) return undefined;
    const { bookings, wrongBookings, wrongAccounts, lost } = this.#audited;
    const rows = wrongBookings + wrongAccounts + lost + this.#sumsWrong;
    const all = formatCount(bookings.old + bookings.new);
    return {
      rows,
      sentence: `${formatCount(rows)} records of the bank don't add up, of ${all} bookings in the books`,
    };
  }

  async checkSums(clients: PerVersion<Client>): Promise<void> {
    for (const client of new Set([clients.old, clients.new])) {
      this.#sumChecks++;
      if (!(await isSumRight(client))) this.#sumsWrong++;
    }
  }

  /** While bookings go on: what was confirmed before the books are read must be in them. */
  async audit({ old: client }: PerVersion<Client>): Promise<void> {
    const { acknowledged } = this.#mocks;
    const books = await auditBank(client);
    const lost = versions.reduce(
      (sum, version) => sum + Math.max(0, acknowledged[version] - books.bookings[version]),
      0,
    );
    this.#audited = { ...books, lost };
  }

  /** The books after the last booking. */
  async close(clients: PerVersion<Client>): Promise<Ledger> {
    await this.checkSums(clients);
    // Taken before the books: what is confirmed meanwhile may not be in them.
    const { acknowledged } = this.#mocks;
    return {
      ...(await auditBank(clients.old)),
      sumChecks: this.#sumChecks,
      sumsWrong: this.#sumsWrong,
      acknowledged,
      uncertain: this.#mocks.uncertain,
    };
  }
}
