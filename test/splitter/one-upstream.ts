import { afterEach } from "vitest";
import { type RawUpstream, type Rig, type Script, startRawUpstream, startRig } from "./rig.ts";

export const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
export const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
export const answered = (text: string) => text.endsWith("hi");

/** A splitter before one scripted upstream, which answers for both versions. */
export type OneUpstream = { rig: Rig; upstream: RawUpstream };

/** Anew for every test of a file: `start` gives the splitter's port, the rest is torn down. */
export function oneUpstream(): OneUpstream & {
  start(script: Script, limits?: Parameters<typeof startRig>[0]["limits"]): Promise<number>;
} {
  const now: Partial<OneUpstream> = {};
  afterEach(async () => {
    await now.rig?.stop();
    await now.upstream?.stop();
  });
  return {
    get rig() {
      if (now.rig === undefined) throw new Error("the test has started nothing");
      return now.rig;
    },
    get upstream() {
      if (now.upstream === undefined) throw new Error("the test has started nothing");
      return now.upstream;
    },
    async start(script, limits = {}) {
      now.upstream = await startRawUpstream(script);
      const { url } = now.upstream;
      now.rig = await startRig({ upstreams: { old: [url], new: [url] }, limits });
      return now.rig.splitter.port;
    },
  };
}
