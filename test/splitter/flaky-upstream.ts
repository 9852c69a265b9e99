import { once } from "node:events";
import http from "node:http";
import type net from "node:net";

/** A server whose health page fails while `isUp` says so; other pages always work. */
export async function startFlakyUpstream(isUp: () => boolean) {
  const server = http.createServer((request, response) => {
    response.statusCode = request.url === "/health" && !isUp() ? 500 : 200;
    response.end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: [],
    received: () => "",
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
