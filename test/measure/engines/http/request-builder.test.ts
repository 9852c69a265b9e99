import { describe, expect, test } from "vitest";
import { PlannedSplit } from "../../../../src/measure/engines/http/planned-split.ts";
import { requestBuilder } from "../../../../src/measure/engines/http/request-builder.ts";
import type { UserIdentity } from "../../../../src/workload/user-identity.ts";
import { driverPlan, type PlanChoices } from "../driver-plan.ts";

const beta = { header: "x-beta", equals: "1", to: "new", userShare: 0.5 } as const;
const ann: UserIdentity = { user: 7, key: "7", flags: [] };

function built(choices: PlanChoices, identity = ann, ordinal = 12) {
  const plan = driverPlan(choices);
  const options = {
    plan,
    target: { host: "127.0.0.1", port: 8080 },
    driver: 0,
    of: 1,
    inputs: { readColumn: () => [], trace: [] },
    sink: { due: () => undefined, record: () => undefined },
  };
  return requestBuilder(options, new PlannedSplit(plan))(ordinal, identity);
}

test("a plain request carries its id, its ordinal and its user", () => {
  expect(built({ endpoints: [{ path: "/a/{user}" }] }).text).toBe(
    [
      "GET /a/7 HTTP/1.1",
      "host: 127.0.0.1:8080",
      "x-request-id: test-12",
      "x-twinlane-ordinal: 12",
      "x-user-id: 7",
      "",
      "",
    ].join("\r\n"),
  );
});

test("a body is counted in bytes, and each letter of the text is one byte", () => {
  const { text } = built({ endpoints: [{ method: "POST", body: '{"name":"Zoë €"}' }] });
  expect(text).toContain("content-length: 19\r\n");
  expect(Buffer.from(text, "latin1").toString("utf8").endsWith('\r\n\r\n{"name":"Zoë €"}')).toBe(true);
});

test.each([
  [{ method: "POST" }, "content-length: 0\r\n"],
  [{ headers: { "X-Own": "1" } }, "X-Own: 1\r\n"],
  [{ headers: { "X-User-Id": "fixed" } }, "X-User-Id: fixed\r\n"],
])("an endpoint %j sends %j", (endpoint, line) => {
  expect(built({ endpoints: [endpoint] }).text).toContain(line);
});

test("a GET without a body has no content-length, and a user key of its own is not sent twice", () => {
  expect(built({}).text).not.toContain("content-length");
  expect(built({ endpoints: [{ headers: { "X-User-Id": "fixed" } }] }).text).not.toContain("x-user-id: 7");
});

test("a user key in a cookie joins the endpoint's own cookies", () => {
  const split = { userKey: { kind: "cookie", name: "uid" } } as const;
  expect(built({ split }).text).toContain("\r\ncookie: uid=7\r\n");
  expect(built({ split, endpoints: [{ headers: { Cookie: "a=b" } }] }).text).toContain(
    "\r\ncookie: a=b; uid=7\r\n",
  );
});

test("a header over two lines is refused", () => {
  expect(() => built({ endpoints: [{ headers: { x: "1\r\nhost: evil" } }] })).toThrow(
    "must stay on one line",
  );
});

describe("the planned version", () => {
  test("follows a flag that the user sends, and the request carries it", () => {
    const { text, planned } = built({ split: { flags: [beta] } }, { ...ann, flags: [beta] });
    expect(planned).toBe("new");
    expect(text).toContain("\r\nx-beta: 1\r\n");
  });

  test("follows a flag in the endpoint's own headers", () => {
    expect(built({ split: { flags: [beta] }, endpoints: [{ headers: { "X-Beta": "1" } }] }).planned).toBe(
      "new",
    );
    expect(built({ split: { flags: [beta] } }).planned).toBe("old");
  });

  test.each([
    [0, 0],
    [250_000, 250],
    [1_000_000, 1000],
  ])("at %d per million, %d of 1,000 requests go to new", (newPerMillion, expected) => {
    const toNew = Array.from({ length: 1000 }, (_, ordinal) =>
      built({ split: { newPerMillion } }, ann, ordinal),
    );
    expect(Math.abs(toNew.filter(({ planned }) => planned === "new").length - expected)).toBeLessThanOrEqual(
      3,
    );
  });

  test("by user, a user always goes to the same", () => {
    const split = { by: "user", newPerMillion: 500_000 } as const;
    const planned = new Set(
      Array.from({ length: 50 }, (_, ordinal) => built({ split }, ann, ordinal).planned),
    );
    expect(planned.size).toBe(1);
  });
});
