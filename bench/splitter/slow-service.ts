import http from "node:http";

/** Answers every request after so many ms: `node slow-service.ts PORT MS`. */
const [port, ms] = process.argv.slice(2).map(Number);
http
  .createServer((request, response) => {
    const isHealth = request.url === "/health";
    setTimeout(() => response.end("hello, world\n"), isHealth ? 0 : ms);
  })
  .listen(port, "127.0.0.1");
