import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type Post = { readonly path: string; readonly contentType: string; readonly body: Buffer };

export type Collector = { readonly url: string; readonly posts: readonly Post[] };

/** A collector for OTLP over HTTP that keeps what it is sent, until the end of the test. */
export async function startCollector(
  answer: (response: ServerResponse) => void = accept,
): Promise<Collector> {
  const posts: Post[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const contentType = request.headers["content-type"] ?? "";
    posts.push({ path: request.url ?? "", contentType, body: Buffer.concat(pieces) });
    response.setHeader("content-type", contentType);
    answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posts };
}

/** An empty body is a whole answer in both encodings. */
function accept(response: ServerResponse): void {
  response.end();
}

export type Point = {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly value: number | undefined;
  readonly histogram:
    | { readonly count: number; readonly sum: number; readonly buckets: number[] }
    | undefined;
};

type JsonAttribute = { key: string; value: { stringValue?: string; intValue?: number; boolValue?: boolean } };
type JsonPoint = {
  attributes: JsonAttribute[];
  asInt?: number;
  asDouble?: number;
  count?: number;
  sum?: number;
  bucketCounts?: number[];
};
type JsonData = { dataPoints: JsonPoint[] };
type JsonMetric = { name: string; unit: string; sum?: JsonData; gauge?: JsonData; histogram?: JsonData };
type JsonExport = {
  resourceMetrics: { resource: { attributes: JsonAttribute[] }; scopeMetrics: { metrics: JsonMetric[] }[] }[];
};

/** Every point of a post in OTLP's JSON encoding. */
export function pointsOf({ body }: Post): readonly Point[] {
  const { resourceMetrics } = JSON.parse(body.toString()) as JsonExport;
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
  return metrics.flatMap(
    ({ name, unit, sum, gauge, histogram }) =>
      (sum ?? gauge ?? histogram)?.dataPoints.map((point) => ({
        metric: name,
        unit,
        attributes: attributesOf(point.attributes),
        value: point.asInt ?? point.asDouble,
        histogram:
          point.count === undefined
            ? undefined
            : { count: point.count, sum: point.sum ?? 0, buckets: point.bucketCounts ?? [] },
      })) ?? [],
  );
}

export function resourceOf({ body }: Post): Readonly<Record<string, string | number>> {
  const { resourceMetrics } = JSON.parse(body.toString()) as JsonExport;
  return attributesOf(resourceMetrics[0]?.resource.attributes ?? []);
}

function attributesOf(list: readonly JsonAttribute[]): Record<string, string | number> {
  return Object.fromEntries(
    list.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? String(value.boolValue)]),
  );
}
