import http from "node:http";

/** The proxy one writes first: node:http on both sides, a keep-alive agent, the share by chance. */
const [listen, old, newer] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });

http
  .createServer((request, response) => {
    const port = Math.random() < 0.1 ? newer : old;
    const { method, url, headers } = request;
    const forwarded = http.request(
      { agent, host: "127.0.0.1", port, method, path: url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  })
  .listen(listen, "127.0.0.1");
