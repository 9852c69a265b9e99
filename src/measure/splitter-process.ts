import { randomBytes } from "node:crypto";
import { perVersion } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { defaultSplitterLimits } from "../splitter/limits.ts";
import type { FromSplitter, ToSplitter } from "../splitter/messages.ts";
import { endProcess, firstReport, type OwnProcess, startProcess } from "./child-process.ts";
import type { Address } from "./mock-messages.ts";
import type { Services } from "./services.ts";
import type { SplitSources } from "./split-sources.ts";

const patienceMs = 10_000;

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
  readonly services: Services;
}): Promise<StartedSplitter> {
  const { plan, listen, services, sources } = options;
  const child: StartedSplitter["child"] = startProcess({
    name: "splitter",
    role: "splitter",
    entry: "src/splitter/main",
  });
  const token = randomBytes(32).toString("base64url");
  child.send({
    type: "start",
    config: {
      listen,
      upstreams: services.urls,
      hostHeaders: perVersion((version) => {
        const { target } = plan.services[version];
        return target.kind === "url" ? target.host : undefined;
      }),
      split: plan.split,
      ...sources,
      breaker: plan.breaker,
      mirror: plan.mirror,
      compare: plan.compare && { plan: plan.compare, endpoints: plan.endpoints },
      health: { old: plan.services.old.health, new: plan.services.new.health },
      admin: { host: "127.0.0.1", port: 0, token },
      limits: {
        ...defaultSplitterLimits,
        maxConnections: Math.max(defaultSplitterLimits.maxConnections, plan.limits.maxConnections * 2),
        answerTimeoutMs: Math.max(defaultSplitterLimits.answerTimeoutMs, plan.limits.timeoutMs),
      },
    },
  });
  try {
    const { port, adminPort } = await firstReport(child, "listening", patienceMs);
    return { child, port, admin: { url: `http://127.0.0.1:${adminPort}`, token } };
  } catch (error) {
    await endProcess<ToSplitter>(child, undefined, 0);
    throw error;
  }
}
