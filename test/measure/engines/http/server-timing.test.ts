import { expect, test } from "vitest";
import {
  type ReportedTimes,
  readServerTimingLine,
} from "../../../../src/measure/engines/http/server-timing.ts";

const unknown: ReportedTimes = { splitterMs: Number.NaN, serverQueueMs: Number.NaN, serviceMs: Number.NaN };

test.each<[string, Partial<ReportedTimes>]>([
  ["service;dur=12.5", { serviceMs: 12.5 }],
  ["queue;dur=0, service;dur=3", { serverQueueMs: 0, serviceMs: 3 }],
  ["splitter;dur=0.042,upstream;dur=20.3", { splitterMs: 0.042 }],
  ['db;desc="a, service;dur=9";dur=4, service;desc="x";dur=1', { serviceMs: 1 }],
  ["service; dur=7", {}],
  ["service;dur=1e2", { serviceMs: 100 }],
  ["service;dur=soon", {}],
  ["service;dur=-1", {}],
  ["service", {}],
  ["services;dur=1, my-service;dur=2", {}],
  ["", {}],
  [";;,,=;dur=", {}],
])("%j tells %j", (line, expected) => {
  const times = { ...unknown };
  const bytes = Buffer.from(`[${line}]`, "latin1");
  readServerTimingLine(bytes, 1, bytes.length - 1, times);
  expect(times).toEqual({ ...unknown, ...expected });
});
