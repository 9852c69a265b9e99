import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../base/invariant.ts";
import { type Experiment, runReplication } from "./replication.ts";

/** A thread that runs the replications it is told to, one after another. */

const port = parentPort;
invariant(port !== null, "the file is started as a thread");
const experiment = workerData as Experiment;
port.on("message", (replication: number) => port.postMessage(runReplication(experiment, replication)));
