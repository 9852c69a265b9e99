import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../base/errors.ts";
import { decodeJournal, encodeLine, type JournalEntry, type JournalReading } from "./journal.ts";
import { type RunResult, resultSchemaId, runResultSchema } from "./schema.ts";

/** Where results lie on disk; the only file of this room that touches it. */

export const resultFile = "result.json";
export const journalFile = "journal.ndjson";

const largestResultBytes = 256 * 1024 * 1024;

/**
 * Makes a new, empty directory for a run: name, UTC time, four random digits.
 *
 * @throws UserError `run-directory` when it can't be made
 */
export async function createRunDirectory(
  root: string,
  name: string,
  startedAt: Date,
): Promise<{ readonly directory: string; readonly runId: string }> {
  const time = startedAt.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const runId = `${slug}-${time}-${randomBytes(2).toString("hex")}`;
  const directory = join(root, runId);
  try {
    await mkdir(root, { recursive: true });
    await mkdir(directory);
  } catch (error) {
    throw new UserError("run-directory", `The run directory ${directory} can't be made: ${reasonOf(error)}.`);
  }
  return { directory, runId };
}

/**
 * Writes a file so that at any moment either nothing or all of it is there.
 *
 * @throws UserError `run-directory` when the disk refuses
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    throw new UserError("run-directory", `${path} can't be written: ${reasonOf(error)}.`);
  }
}

/** Appends to a run's journal. What was written reaches the disk within a second and on `sync`. */
export class JournalWriter {
  readonly #file: FileHandle;
  #sequence = 0;
  #tail: Promise<void> = Promise.resolve();
  #failure: unknown;
  #isDirty = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws UserError `run-directory` when the journal is already there or can't be made */
  static async create(directory: string): Promise<JournalWriter> {
    try {
      return new JournalWriter(await open(join(directory, journalFile), "wx"));
    } catch (error) {
      throw new UserError("run-directory", `The journal in ${directory} can't be made: ${reasonOf(error)}.`);
    }
  }

  /** Queues one line; lines are written in the order of the calls, each with one write. */
  append(entry: JournalEntry): void {
    const line = encodeLine(this.#sequence++, entry);
    this.#isDirty = true;
    this.#enqueue(async () => {
      await this.#file.appendFile(line);
    });
  }

  /**
   * Waits until everything appended is on the disk.
   *
   * @throws UserError `run-directory` when the disk refused any of it
   */
  async sync(): Promise<void> {
    if (this.#isDirty) this.#enqueue(() => this.#file.datasync());
    this.#isDirty = false;
    await this.#tail;
    if (this.#failure === undefined) return;
    throw new UserError("run-directory", `The journal can't be written: ${reasonOf(this.#failure)}.`);
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#file.close();
  }

  #enqueue(write: () => Promise<void>): void {
    this.#tail = this.#tail.then(write).catch((error: unknown) => {
      this.#failure ??= error;
    });
  }
}

/** @throws UserError `result-unreadable` */
export async function readJournal(directory: string): Promise<JournalReading> {
  return decodeJournal(await readText(join(directory, journalFile)));
}

/**
 * Reads a result.json, or the one inside a run directory.
 *
 * @throws UserError `result-unreadable` when it is missing, too large, or of another schema
 */
export async function readResult(path: string): Promise<RunResult> {
  const isDirectory = (await statOrThrow(path)).isDirectory();
  const file = isDirectory ? join(path, resultFile) : path;
  const value = parseJson(await readText(file), file);
  const schema = typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
  if (schema !== resultSchemaId) {
    throw new UserError("result-unreadable", `${file} is not a ${resultSchemaId} document.`);
  }
  const parsed = runResultSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new UserError(
    "result-unreadable",
    `${file} is damaged at ${first?.path.join(".")}: ${first?.message}.`,
  );
}

async function readText(file: string): Promise<string> {
  const { size } = await statOrThrow(file);
  if (size > largestResultBytes) throw new UserError("result-unreadable", `${file} is larger than 256 MiB.`);
  return await readFile(file, "utf8");
}

async function statOrThrow(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    throw new UserError("result-unreadable", `${path} can't be read: ${reasonOf(error)}.`);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError("result-unreadable", `${file} is not JSON.`);
  }
}

/** A rename is only on the disk when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reasons: Record<string, string> = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    EEXIST: "it is already there",
    ENOSPC: "the disk is full",
    EROFS: "the file system is read-only",
    ENOTDIR: "a part of the path is not a directory",
  };
  const code = "code" in error ? String(error.code) : "";
  return reasons[code] ?? error.message;
}
