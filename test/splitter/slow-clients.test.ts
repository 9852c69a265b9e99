import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { SplitterLimits } from "../../src/splitter/limits.ts";
import { get, oneUpstream } from "./one-upstream.ts";
import { answersWith, eventually } from "./rig.ts";

let client: net.Socket;
const on = oneUpstream();

afterEach(() => {
  client.destroy();
});

const bodyBytes = 8000;
const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${bodyBytes}\r\n\r\n${"x".repeat(bodyBytes)}`;

async function start(limits: Partial<SplitterLimits> = {}): Promise<void> {
  client = net.connect(await on.start(answersWith(answer), limits), "127.0.0.1");
  client.on("error", () => undefined);
  client.pause();
}

/** Waits until no more requests are forwarded. */
async function forwardedAtRest(): Promise<number> {
  let before = -1;
  for (;;) {
    const now = on.rig.splitter.counters.sums().versions.old.forwarded;
    if (now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe("a client that pipelines and takes no answers", () => {
  const requests = 5000;

  it("is asked no more of the upstream than it takes, and gets all once it reads", async () => {
    await start();
    client.write(get.repeat(requests));
    const forwarded = await forwardedAtRest();
    // What the kernel takes for the client is some megabytes; all of it would be forty.
    expect(forwarded).toBeGreaterThan(0);
    expect(forwarded).toBeLessThan(requests / 2);
    let bytes = 0;
    client.on("data", (piece) => {
      bytes += piece.length;
    });
    client.resume();
    await eventually(() => bytes > requests * bodyBytes, 60_000);
    await eventually(() => on.rig.splitter.counters.sums().versions.old.answered["2xx"] === requests);
  }, 90_000);

  it("is let go when it takes nothing for too long", async () => {
    await start({ stallTimeoutMs: 300 });
    client.write(get.repeat(requests));
    await forwardedAtRest();
    await eventually(() => on.rig.splitter.counters.openConnections === 0);
    expect(on.rig.splitter.counters.versions.old.inFlight).toBe(0);
  });
});
