import { expect, test } from "vitest";

const tested = new Set<string>();

/** The cases that a test has been registered for. */
export function testedIds(): readonly string[] {
  return [...tested];
}

/** Registers a case and compares to the digits that it gives; the relative error may be stated instead. */
export function reference(id: string, body: (agree: typeof agrees) => void): void {
  tested.add(id);
  test(id, () => body(agrees));
}

/** Half of the last digit printed is allowed, too, where a case gives fewer than nine. */
function agrees(actual: number | undefined, expected: number | undefined, relative = 1e-6): void {
  if (actual === undefined || expected === undefined) throw new Error("the case lacks a number");
  const digits = String(expected).replace(/e.*$/, "");
  const decimals = digits.split(".")[1]?.length ?? 0;
  const isRounded = digits.replace(/\D/g, "").length < 9 && decimals > 0;
  const allowed = Math.max(relative * Math.abs(expected), isRounded ? 0.5000001 * 10 ** -decimals : 0);
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(allowed);
}
