/** A difference that somebody made, and says so. */
export type KnownDrift = { readonly key: string; readonly atMs: number };

type Followed = { readonly atMs: number; state: "open" | "found" | "healed"; foundAfterMs: number };

/** Followed at most; a run that makes more says how many it followed. */
const maxFollowed = 10_000;

/**
 * Holds a checker to what it should have found. A drift that a direct look at the row finds mended, before the
 * checker named it, is no miss: there was nothing left to see.
 */
export class KnownDrifts {
  readonly #drifts = new Map<string, Followed[]>();
  #made = 0;

  add({ key, atMs }: KnownDrift): void {
    if (this.#made >= maxFollowed) return;
    this.#made++;
    const ofKey = this.#drifts.get(key) ?? [];
    ofKey.push({ atMs, state: "open", foundAfterMs: 0 });
    this.#drifts.set(key, ofKey);
  }

  /** Rows with a drift that is neither found nor mended yet. */
  get openKeys(): readonly string[] {
    return [...this.#drifts].filter(([, drifts]) => drifts.some(isOpen)).map(([key]) => key);
  }

  /** The checker names a row. */
  found(key: string, atMs: number): void {
    for (const drift of this.#drifts.get(key) ?? []) {
      if (!isOpen(drift) || drift.atMs > atMs) continue;
      drift.state = "found";
      drift.foundAfterMs = atMs - drift.atMs;
    }
  }

  /** A look at the row shows that both sides are the same, as of `atMs`. */
  healed(key: string, atMs: number): void {
    for (const drift of this.#drifts.get(key) ?? [])
      if (isOpen(drift) && drift.atMs <= atMs) drift.state = "healed";
  }

  /** @returns undefined where nothing was made */
  summary() {
    if (this.#made === 0) return undefined;
    const drifts = [...this.#drifts.values()].flat();
    const delaysMs = drifts
      .filter(({ state }) => state === "found")
      .map(({ foundAfterMs }) => foundAfterMs)
      .toSorted((left, right) => left - right);
    const healed = drifts.filter(({ state }) => state === "healed").length;
    const visible = this.#made - healed;
    const [p50, max] = [delaysMs[Math.floor((delaysMs.length - 1) / 2)], delaysMs.at(-1)];
    return {
      made: this.#made,
      healed,
      found: delaysMs.length,
      ...(visible > 0 && { recall: delaysMs.length / visible }),
      detectionMs: { ...(p50 !== undefined && { p50 }), ...(max !== undefined && { max }) },
    };
  }
}

function isOpen({ state }: Followed): boolean {
  return state === "open";
}
