import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { UserError } from "../base/errors.ts";
import { type Profile, profileSchema, profileSchemaId } from "../result/profile-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";

const largestProfileBytes = 16 * 1024 * 1024;

/** The profile that a scenario names, looked for beside the scenario; undefined where it names none. */
export async function readPlanProfile(plan: RunPlan, scenarioFile: string): Promise<Profile | undefined> {
  const { calibrationFile: named } = plan;
  if (named === undefined) return undefined;
  return await readProfile(isAbsolute(named) ? named : join(dirname(scenarioFile), named));
}

/** @throws UserError result-unreadable when it is missing, too large, damaged or of another schema */
async function readProfile(file: string): Promise<Profile> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError("result-unreadable", `The profile ${file} can't be read: ${reason}.`);
  });
  if (text.length > largestProfileBytes)
    throw new UserError("result-unreadable", `The profile ${file} is larger than 16 MiB.`);
  const parsed = profileSchema.safeParse(parseJson(text, file));
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new UserError(
    "result-unreadable",
    `${file} is not a ${profileSchemaId} document: ${first?.path.join(".") || "the document"}: ${first?.message}.`,
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError("result-unreadable", `${file} is not JSON.`);
  }
}
