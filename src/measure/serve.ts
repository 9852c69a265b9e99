import { UserError } from "../base/errors.ts";
import type { Version } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { ToSplitter } from "../splitter/messages.ts";
import { endProcess } from "./child-process.ts";
import { mismatchAlert, resolveWebhook } from "./mismatch-alert.ts";
import type { Address } from "./mock-messages.ts";
import { RunningSplitter } from "./running-splitter.ts";
import { Services } from "./services.ts";
import { splitSources } from "./split-sources.ts";
import { resolveTargets } from "./target.ts";

const patienceMs = 10_000;
const drainMs = 10_000;

/** A splitter or a mock that stands alone, for use with any other tool, until the signal. */
export type Standing = {
  readonly url: string;
  readonly admin?: { readonly url: string; readonly token: string };
};

/**
 * Starts the scenario's services and a splitter before them, and serves until the signal.
 *
 * @throws UserError when something can't be started; nothing is left running
 */
export async function serveSplit(
  options: {
    readonly plan: RunPlan;
    readonly listen: Address;
    readonly allowedHosts: readonly string[];
    /** Where files that the scenario names are looked for. */
    readonly scenarioDirectory: string;
    readonly adminSocketPath?: string | undefined;
  },
  handlers: {
    readonly onReady: (standing: Standing) => Promise<void>;
    readonly onEvent: (message: string) => void;
  },
  signal: AbortSignal,
): Promise<void> {
  const { plan, listen, allowedHosts, adminSocketPath } = options;
  refuseWhatOnlyRunsHave(plan);
  const targets = await resolveTargets(plan, allowedHosts);
  const sources = await splitSources(plan, options);
  const webhook = await resolveWebhook(plan, allowedHosts);
  const alert = mismatchAlert(plan, webhook, (_kind, message) => handlers.onEvent(message));
  const services = await Services.start({ ...plan, faults: [] }, targets, ({ name }) =>
    handlers.onEvent(`${name} ended by itself`),
  );
  try {
    const splitter = await RunningSplitter.start({ plan, sources, services, adminSocketPath }, listen);
    const { child, port, admin } = splitter;
    child.onReport((report) => {
      if (report.type === "event" && report.kind !== "draining") handlers.onEvent(report.reason);
      if (report.type === "compare") alert.take(report.report);
    });
    const replacing = replaceOnRequest(splitter, handlers.onEvent);
    try {
      await handlers.onReady({ url: `http://${bracketed(listen.host)}:${port}`, admin });
      await Promise.race([untilAborted(signal), child.ended]);
    } finally {
      await replacing.stop();
      await endProcess<ToSplitter>(child, { type: "stop", drainMs }, drainMs + patienceMs);
      await splitter.left();
    }
  } finally {
    await services.stop();
    await alert.settle();
  }
}

/** Mocks would fail every request for want of the second service, and nobody would count the messages. */
function refuseWhatOnlyRunsHave({ secondService, queue }: RunPlan): void {
  const only = [
    ...(secondService === undefined ? [] : ["services.second"]),
    ...(queue === undefined ? [] : ["stores.queue"]),
  ];
  if (only.length > 0)
    throw new UserError(
      "scenario-invalid",
      `Only \`twinlane run\` has ${only.join(" and ")}; leave it out to serve.`,
    );
}

/**
 * On SIGHUP the splitter process is replaced in place. At a terminal that signal means that the terminal is
 * gone, and keeps its usual effect.
 */
function replaceOnRequest(splitter: RunningSplitter, onEvent: (message: string) => void) {
  let replacing: Promise<void> | undefined;
  const onSignal = () => {
    replacing ??= replace().finally(() => {
      replacing = undefined;
    });
  };
  const replace = async () => {
    try {
      await splitter.replace();
      onEvent(`a fresh splitter process has taken over, pid ${splitter.child.pid}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onEvent(`the splitter process goes on, its successor could not start: ${error.message}`);
    }
  };
  if (!process.stdin.isTTY) process.on("SIGHUP", onSignal);
  return {
    async stop(): Promise<void> {
      process.off("SIGHUP", onSignal);
      await replacing;
    },
  };
}

/** Starts one version's mock alone, and serves until the signal. */
export async function serveMock(
  options: { readonly plan: RunPlan; readonly version: Version; readonly listen: Address },
  onReady: (standing: Standing) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { plan, version, listen } = options;
  refuseWhatOnlyRunsHave(plan);
  const services = await Services.startOne(plan, version, listen);
  try {
    await onReady({ url: services.urls[version][0] ?? "" });
    await untilAborted(signal);
  } finally {
    await services.stop();
  }
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
