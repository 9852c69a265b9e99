/** Where a version's mocks find the real stores. */
export type RealStores = {
  readonly database: DatabasePlace;
  /** The other version's database, where each has its own: what is written here is written there as well, later. */
  readonly other: DatabasePlace | undefined;
  readonly cache: CachePlace | undefined;
};

export type DatabasePlace = {
  readonly url: string;
  /** The PostgreSQL schema that is this run's own. */
  readonly schema: string;
};

export type CachePlace = {
  /** redis://… or the path of a socket. */
  readonly url: string;
  /** What this run's keys begin with. */
  readonly prefix: string;
};

/** Connections of each mock's second writer to the other version's database. */
export const secondWriterConnections = 5;

/** Settings of every client of a real database, ours and the mocks'. */
export function clientSettings({ url, schema }: DatabasePlace) {
  return {
    connectionString: url,
    application_name: "twinlane",
    options: `-c search_path=${schema}`,
  };
}
