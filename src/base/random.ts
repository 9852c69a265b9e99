import { invariant } from "./invariant.ts";

/** Uniform numbers in (0, 1]: never 0, so that `-Math.log(u)` is finite. */
export type Uniform = () => number;

/**
 * A seeded stream of its own for every purpose, so that drawing more numbers for one purpose never shifts
 * another, and old and new can be given the same numbers.
 *
 * @param seed - the run's seed, any safe integer
 * @param purpose - what the numbers are for, for example `"arrivals"`
 * @param index - which of several equal streams (driver, replication, user), ≥ 0
 *
 * Source: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021),
 * its state filled by splitmix32 over a hash of the three arguments, as its authors advise.
 */
export function randomStream(seed: number, purpose: string, index = 0): Uniform {
  invariant(Number.isSafeInteger(seed), "the seed is a safe integer");
  const nextSeed = splitmix32(murmur3(`${seed}/${purpose}/${index}`, seed >>> 0));
  return xoshiro128ss([nextSeed(), nextSeed(), nextSeed(), nextSeed()]);
}

/** xoshiro128** from a state of four 32-bit words, two draws of it making one 53-bit number. */
function xoshiro128ss(state: readonly [number, number, number, number]): Uniform {
  const next32 = xoshiro128ssWords(state);
  return () => {
    const high = next32() >>> 5; // 27 bits
    const low = next32() >>> 6; // 26 bits
    return (high * 67_108_864 + low + 1) / 9_007_199_254_740_992;
  };
}

/** The generator's own 32-bit words, for its published test vectors. */
export function xoshiro128ssWords(state: readonly [number, number, number, number]): () => number {
  let [s0, s1, s2, s3] = state;
  return () => {
    const scrambled = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotateLeft(s3, 11);
    return scrambled;
  };
}

/** Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014), 32-bit form. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}

/**
 * MurmurHash3 x86_32 of the UTF-8 bytes of `key`; the hash flagd and OpenFeature providers bucket with.
 *
 * @returns an unsigned 32-bit integer
 *
 * Source: A. Appleby, MurmurHash3.cpp (public domain algorithm), checked against its published vectors.
 */
export function murmur3(key: string, seed: number): number {
  const bytes = isAscii(key) ? key : Buffer.from(key, "utf8").toString("latin1");
  const blocksEnd = bytes.length & ~3;
  let hash = seed | 0;
  for (let at = 0; at < blocksEnd; at += 4) {
    const block =
      bytes.charCodeAt(at) |
      (bytes.charCodeAt(at + 1) << 8) |
      (bytes.charCodeAt(at + 2) << 16) |
      (bytes.charCodeAt(at + 3) << 24);
    hash ^= mixBlock(block);
    hash = (Math.imul(rotateLeft(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= blocksEnd; at--) tail = (tail << 8) | bytes.charCodeAt(at);
  if (blocksEnd < bytes.length) hash ^= mixBlock(tail);
  return avalanche(hash ^ bytes.length);
}

function mixBlock(block: number): number {
  return Math.imul(rotateLeft(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

function avalanche(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}
