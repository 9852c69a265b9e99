/** `npm run bench -- load splitter`: the named benches one after another, all of them without a name. */

type Bench = { readonly about: string; readonly load: () => Promise<{ run: () => unknown }> };

const benches: Readonly<Record<string, Bench>> = {
  load: { about: "the load engine beside wrk, autocannon and others", load: () => import("./load.ts") },
  splitter: {
    about: "the splitter beside NGINX, HAProxy and plain node:http",
    load: () => import("./splitter.ts"),
  },
  mock: {
    about: "the mock service: throughput and the accuracy of its waits",
    load: () => import("./mock.ts"),
  },
  model: { about: "growth tables, sweeps, Erlang C", load: () => import("./model.ts") },
  agreement: {
    about: "model and simulation against runs at loads they were not calibrated on",
    load: () => import("./agreement.ts"),
  },
  "fault-proxy": {
    about: "what a fault proxy adds without a fault",
    load: () => import("./fault-proxy.ts"),
  },
  reaction: { about: "fault to rollback, by guard and by breaker", load: () => import("./reaction.ts") },
  simulate: { about: "the simulator, SimPy beside it", load: () => import("./simulate.ts") },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  const known = Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(10)}${about}`);
  process.stderr.write(`There is no bench ${unknown.join(", ")}. There are:\n${known.join("\n")}\n`);
  process.exitCode = 2;
} else {
  for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
    process.stdout.write(`── ${name}\n`);
    const bench = await benches[name]?.load();
    await bench?.run();
  }
}
