import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeJournal, encodeLine, type JournalEntry } from "../../src/result/journal.ts";

function entry(index: number): JournalEntry {
  return {
    type: "event",
    event: { atMs: index * 1000, kind: "fault", message: `number ${index}, "quoted"\n\u2028` },
  };
}

const entries = Array.from({ length: 20 }, (_, index) => entry(index));
const text = entries.map((each, index) => encodeLine(index, each)).join("");

describe("a journal", () => {
  test("gives back what was written", () => {
    expect(decodeJournal(text)).toEqual({ entries, torn: undefined });
  });

  test("cut anywhere gives back all whole lines before the cut", () => {
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const cut = text.slice(0, length);
        const whole = cut.split("\n").length - 1;
        const reading = decodeJournal(cut);
        expect(reading.entries.length).toBeGreaterThanOrEqual(whole);
        expect(reading.entries).toEqual(entries.slice(0, reading.entries.length));
      }),
    );
  });

  test("is not believed after a damaged byte", () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 94 }), (at, shift) => {
        const damaged = String.fromCharCode(((text.charCodeAt(at) + shift) % 95) + 32);
        fc.pre(damaged !== text[at]);
        const reading = decodeJournal(text.slice(0, at) + damaged + text.slice(at + 1));
        const linesBefore = text.slice(0, at).split("\n").length - 1;
        expect(reading.entries).toEqual(entries.slice(0, reading.entries.length));
        expect(reading.entries.length).toBeLessThanOrEqual(linesBefore + 1);
      }),
    );
  });

  test("is not believed after a missing line", () => {
    const lines = text.split("\n");
    const reading = decodeJournal([...lines.slice(0, 5), ...lines.slice(6)].join("\n"));
    expect(reading.entries).toHaveLength(5);
    expect(reading.torn).toBe("line 6 has number 6 where 5 was due");
  });
});
