/** One of several that share something, counted from 0, and how many they are. */
export type Sharer = { readonly driver: number; readonly of: number };

/** How many of so many things one of the sharers is dealt; the first ones get what doesn't come out even. */
export function dealt(total: number, { driver, of }: Sharer): number {
  return Math.floor((total + of - 1 - driver) / of);
}
