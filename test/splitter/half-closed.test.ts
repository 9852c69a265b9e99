import { describe, expect, it } from "vitest";
import { get, ok, oneUpstream } from "./one-upstream.ts";
import { answersWith, talk } from "./rig.ts";

const on = oneUpstream();

const countOf = (text: string, status: number) => text.split(`HTTP/1.1 ${status} `).length - 1;

describe("a client that closes its side", () => {
  it("has every whole request answered that came before", async () => {
    const port = await on.start(answersWith(ok));
    const { text, end } = await talk(port, [get.repeat(5)], { halfClose: true });
    expect(countOf(text, 200)).toBe(5);
    expect(end).toBe("closed");
    expect(on.rig.splitter.counters.versions.old.inFlight).toBe(0);
  });

  it("is told that the last of them is only a part", async () => {
    const port = await on.start(answersWith(ok));
    const { text } = await talk(port, [`${get}${get}GET / HT`], { halfClose: true });
    expect(countOf(text, 200)).toBe(2);
    expect(countOf(text, 400)).toBe(1);
  });
});
