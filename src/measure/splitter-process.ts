import { randomBytes } from "node:crypto";
import { perVersion } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { AdminPlace } from "../splitter/admin-listen.ts";
import { defaultSplitterLimits } from "../splitter/limits.ts";
import type { FromSplitter, ToSplitter } from "../splitter/messages.ts";
import { endProcess, firstReport, type OwnProcess, startProcess } from "./child-process.ts";
import type { Address } from "./mock-messages.ts";
import type { Services } from "./services.ts";
import type { SplitSources } from "./split-sources.ts";

const patienceMs = 10_000;
const defaultClients = defaultSplitterLimits.maxConnections;

export type StartedSplitter = {
  readonly child: OwnProcess<ToSplitter, FromSplitter>;
  readonly port: number;
  readonly admin: { readonly url: string; readonly token: string };
};

/**
 * Starts the splitter process before running services.
 *
 * @throws UserError when it can't listen
 */
export async function startSplitter(options: {
  readonly plan: RunPlan;
  readonly sources?: SplitSources;
  readonly listen: Address;
  /** Where the admin endpoint listens in place of a free loopback port. */
  readonly adminSocketPath?: string | undefined;
  readonly services: Pick<Services, "urls">;
  /** A running splitter whose socket and admin address the new one takes over; that one goes on until it is told. */
  readonly before?: StartedSplitter;
  /** Called before the process can have told anything. */
  readonly onProcess?: (child: SplitterChild) => void;
}): Promise<StartedSplitter> {
  const { plan, listen, services, sources, before } = options;
  const child: StartedSplitter["child"] = startProcess({
    name: "splitter",
    role: "splitter",
    entry: "src/splitter/main",
  });
  options.onProcess?.(child);
  const token = before?.admin.token ?? randomBytes(32).toString("base64url");
  if (before !== undefined) relaySocket(before.child, child);
  child.send({
    type: "start",
    config: {
      listen: before === undefined ? listen : "handed over",
      upstreams: services.urls,
      hostHeaders: perVersion((version) => {
        const { target } = plan.services[version];
        return target.kind === "url" ? target.host : undefined;
      }),
      split: plan.split,
      ...sources,
      breaker: plan.breaker,
      mirror: plan.mirror,
      ejection: plan.ejection,
      compare: plan.compare && { plan: plan.compare, endpoints: plan.endpoints },
      health: { old: plan.services.old.health, new: plan.services.new.health },
      admin: { ...adminPlace(options), token },
      limits: {
        ...defaultSplitterLimits,
        maxConnections: plan.connections.clients ?? Math.max(defaultClients, plan.limits.maxConnections * 2),
        maxConnectionsPerUpstream: plan.connections.perAddress,
        maxWaiting: plan.connections.waiting,
        answerTimeoutMs: Math.max(defaultSplitterLimits.answerTimeoutMs, plan.limits.timeoutMs),
      },
    },
  });
  try {
    const started = await firstReport(child, "listening", patienceMs);
    return { child, port: started.port, admin: { url: adminUrl(options, started.adminPort), token } };
  } catch (error) {
    await endProcess<ToSplitter>(child, undefined, 0);
    before?.child.send({ type: "take-back" });
    throw error;
  }
}

type AdminChoice = Pick<Parameters<typeof startSplitter>[0], "adminSocketPath" | "before">;

function adminPlace({ adminSocketPath, before }: AdminChoice): AdminPlace {
  if (adminSocketPath !== undefined) return { socketPath: adminSocketPath };
  return { host: "127.0.0.1", port: before === undefined ? 0 : Number(new URL(before.admin.url).port) };
}

function adminUrl({ adminSocketPath }: AdminChoice, port: number): string {
  return adminSocketPath === undefined ? `http://127.0.0.1:${port}` : `unix:${adminSocketPath}`;
}

type SplitterChild = StartedSplitter["child"];

/**
 * Passes the listening socket on when the new process is ready for it. This process must not accept anything
 * itself: its own handle is closed in the turn of the loop in which it came.
 */
function relaySocket(before: SplitterChild, next: SplitterChild): void {
  next.onReport((report) => {
    if (report.type === "wants-socket") before.send({ type: "hand-over" });
  });
  before.onReport((report, socket) => {
    if (report.type !== "socket" || socket === undefined || !next.isRunning) return;
    next.send({ type: "socket", state: report.state }, socket);
    socket.close();
  });
}
