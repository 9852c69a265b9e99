import { afterEach, describe, expect, it } from "vitest";
import {
  answersWith,
  type RawUpstream,
  type Rig,
  type Script,
  startRawUpstream,
  startRig,
  talk,
} from "./rig.ts";

let rig: Rig;
let upstream: RawUpstream;

afterEach(async () => {
  await rig.stop();
  await upstream.stop();
});

async function start(script: Script): Promise<number> {
  upstream = await startRawUpstream(script);
  rig = await startRig({ upstreams: { old: [upstream.url], new: [upstream.url] } });
  return rig.splitter.port;
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const countOf = (text: string, status: number) => text.split(`HTTP/1.1 ${status} `).length - 1;

describe("a client that closes its side", () => {
  it("has every whole request answered that came before", async () => {
    const port = await start(answersWith(ok));
    const { text, end } = await talk(port, [get.repeat(5)], { halfClose: true });
    expect(countOf(text, 200)).toBe(5);
    expect(end).toBe("closed");
    expect(rig.splitter.counters.versions.old.inFlight).toBe(0);
  });

  it("is told that the last of them is only a part", async () => {
    const port = await start(answersWith(ok));
    const { text } = await talk(port, [`${get}${get}GET / HT`], { halfClose: true });
    expect(countOf(text, 200)).toBe(2);
    expect(countOf(text, 400)).toBe(1);
  });
});
