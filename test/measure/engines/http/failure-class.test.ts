import { expect, test } from "vitest";
import { failureClass, isGeneratorFailure } from "../../../../src/measure/engines/http/failure-class.ts";

test.each([
  ["ECONNREFUSED", "refused", false],
  ["ECONNRESET", "reset", false],
  ["EPIPE", "reset", false],
  ["EADDRNOTAVAIL", "generator-ports", true],
  ["EMFILE", "generator-descriptors", true],
  ["ENOBUFS", "generator-memory", true],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls", false],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls", false],
  ["EWHATEVER", "ewhatever", false],
])("%s is %s, the generator's own failure: %s", (code, expected, isGenerators) => {
  const failure = failureClass(Object.assign(new Error(), { code }));
  expect(failure).toBe(expected);
  expect(isGeneratorFailure(failure)).toBe(isGenerators);
});

test("an error without a code is still named", () => {
  expect([failureClass(new Error("x")), failureClass(undefined)]).toEqual(["broken", "broken"]);
});
