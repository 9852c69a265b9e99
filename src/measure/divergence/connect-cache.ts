import { Redis, type RedisOptions } from "ioredis";

/** How long commands may take, and what becomes of them while the cache is away. */
type Patience = Pick<RedisOptions, "commandTimeout" | "enableOfflineQueue" | "maxRetriesPerRequest">;

/**
 * A connection to a real cache. Its password comes from the environment, so that no plan or report holds it; that the
 * cache is away is told by the commands that fail.
 */
export function connectCache(url: string, patience: Patience): Redis {
  const password = process.env["REDIS_PASSWORD"];
  const redis = new Redis(url, { ...patience, ...(password !== undefined && { password }) });
  redis.on("error", () => undefined);
  return redis;
}
