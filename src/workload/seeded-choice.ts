import { murmur3 } from "../base/random.ts";

/** A uniform number in [0, 1) for every whole number ≥ 0: the same one whenever, and by whomever, it is asked. */
export type SeededChoice = (number: number) => number;

const words = 2 ** 32;

/**
 * Chance by number instead of by turn: what request 17 does is settled by the seed and 17, so it doesn't
 * matter which driver sends it, nor how many numbers were drawn before.
 *
 * Source: the finishing step of MurmurHash3 over number and salt, applied twice (a counter-based generator).
 */
export function seededChoice(seed: number, purpose: string): SeededChoice {
  const salt = murmur3(`${seed}/${purpose}`, seed >>> 0);
  return (number) => {
    const high = Math.floor(number / words);
    return mix(mix((number ^ salt) + Math.imul(high, 0x9e3779b9)) ^ salt) / words;
  };
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
