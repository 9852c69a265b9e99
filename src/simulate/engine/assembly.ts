import { randomStream } from "../../base/random.ts";
import { simulatedServices } from "../settings.ts";
import type { Autoscaling } from "./autoscaling.ts";
import { autoscalings, withRoom } from "./autoscalings.ts";
import { Balancer } from "./balancer.ts";
import { ClientSide } from "./client-side.ts";
import { EventHeap } from "./event-heap.ts";
import { EventLog } from "./event-log.ts";
import { LittlesLaw } from "./littles-law.ts";
import { Mirror } from "./mirror.ts";
import { isProtected, Protection } from "./protection.ts";
import type { RampSplit } from "./ramp-watch.ts";
import { RequestSource } from "./request-source.ts";
import { RequestTable } from "./request-table.ts";
import { RetryDesk } from "./retry-desk.ts";
import { ServerSide } from "./server-side.ts";
import type { SimulationInput } from "./simulation-input.ts";
import { SplitterSide } from "./splitter-side.ts";
import { CellFinder, emptyTally } from "./tally.ts";
import { TallyWriter } from "./tally-writer.ts";
import { TimeAverages } from "./time-averages.ts";
import { Trouble } from "./trouble.ts";
import { type UpstreamConnections, upstreamConnections } from "./upstream-connections.ts";
import { freshState, type VersionState } from "./version-states.ts";

/** What one replication is made of. */
export type Parts = {
  readonly table: RequestTable;
  readonly heap: EventHeap;
  readonly averages: TimeAverages;
  readonly writer: TallyWriter;
  readonly law: LittlesLaw;
  readonly states: readonly [VersionState, VersionState];
  readonly source: RequestSource;
  readonly servers: ServerSide;
  readonly clients: ClientSide;
  readonly splitter: SplitterSide;
  readonly connections: UpstreamConnections | undefined;
  readonly trouble: Trouble;
  readonly mirror: Mirror | undefined;
  readonly log: EventLog;
  readonly retries: RetryDesk | undefined;
  readonly protection: Protection | undefined;
  readonly scaling: readonly [Autoscaling | undefined, Autoscaling | undefined];
};

/**
 * Makes the parts and joins them: clients hand requests to the splitter, that to the servers, and back.
 *
 * @param follow - sets the split that a ramp asks for between two of its windows
 */
export function assemble(input: SimulationInput, follow: (split: RampSplit) => void): Parts {
  const { plan, settings, seed, ramp } = input;
  const { timeline, endpoints } = plan;
  const { old: oldService, new: newService } = simulatedServices(plan);
  const table = new RequestTable();
  const heap = new EventHeap();
  const log = new EventLog();
  const averages = new TimeAverages(timeline.durationMs);
  const law = new LittlesLaw(timeline);
  const startMs = -timeline.warmUpMs;
  const finder = new CellFinder(timeline);
  const tally = emptyTally(finder.cells.length, timeline.stages.length, endpoints.length);
  const writer = new TallyWriter(tally, endpoints.length, { startMs, endMs: timeline.durationMs });
  const states = [
    freshState(startMs, oldService.coldStart),
    freshState(startMs, newService.coldStart),
  ] as const;
  const shared = { plan, seed, table, heap, averages };
  const servers = new ServerSide({
    ...shared,
    services: [withRoom(oldService, plan.services.old), withRoom(newService, plan.services.new)],
    settings,
    states,
    answer: (handle, nowMs, error) => splitter.answer(handle, nowMs, error),
    broken: (handle, nowMs) => splitter.broken(handle, nowMs),
  });
  const source = new RequestSource(plan, seed, input.trafficSeed);
  const retries = plan.retries && new RetryDesk(plan.retries, endpoints, { table, seed });
  const clients = new ClientSide({
    ...shared,
    source,
    finder,
    writer,
    law,
    ended: ramp ?? input.ended,
    send: (handle, nowMs) => splitter.send(handle, nowMs),
    abandon: (handle, nowMs) => splitter.abandon(handle, nowMs),
    retries,
  });
  const mirror = plan.mirror && new Mirror(plan.mirror, { endpoints, table, watch: ramp });
  const { ranges } = servers;
  const { loadBalancing } = settings;
  const balancers = [
    new Balancer(loadBalancing, ranges[0], randomStream(seed, "balancing/old")),
    new Balancer(loadBalancing, ranges[1], randomStream(seed, "balancing/new")),
  ] as const;
  const protection = isProtected(plan)
    ? new Protection({
        plan,
        table,
        heap,
        balancers,
        log,
        turned: (change) => {
          if (ramp !== undefined) follow(ramp.breaker(change));
        },
      })
    : undefined;
  const scaling = autoscalings({
    ...shared,
    settings,
    services: [oldService, newService],
    balancers,
    servers,
    log,
  });
  const connections = upstreamConnections(input, { ranges, table, balancers });
  const splitter: SplitterSide = new SplitterSide({
    settings,
    table,
    heap,
    states,
    servers,
    clients,
    mirror,
    balancers,
    protection,
    connections,
    scaling: scaling.some((one) => one !== undefined) ? scaling : undefined,
    refused: (version, nowMs) => trouble.health.refused(version, nowMs),
  });
  const trouble: Trouble = new Trouble({
    plan,
    services: [oldService, newService],
    states,
    table,
    heap,
    source,
    servers,
    splitter,
  });
  return {
    table,
    heap,
    averages,
    writer,
    law,
    states,
    source,
    servers,
    clients,
    splitter,
    connections,
    trouble,
    mirror,
    log,
    retries,
    protection,
    scaling,
  };
}
