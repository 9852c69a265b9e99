import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
  StandardResolutionReasons,
} from "@openfeature/server-sdk";
import type { FlagSet } from "../../scenario/flag-file.ts";
import { variantFor } from "../../workload/flag-targeting.ts";

/** OpenFeature's view of a file of flags that can be replaced as a whole. */
export class FileFlagProvider implements Provider {
  readonly runsOn = "server";
  readonly metadata = { name: "twinlane-flag-file" } as const;
  #flags: FlagSet;

  constructor(flags: FlagSet) {
    this.#flags = flags;
  }

  replace(flags: FlagSet): void {
    this.#flags = flags;
  }

  resolveBooleanEvaluation(
    flagKey: string,
    standard: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(flagKey, standard, context, (value) => typeof value === "boolean");
  }

  resolveStringEvaluation(
    flagKey: string,
    standard: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve(flagKey, standard, context, (value) => typeof value === "string");
  }

  resolveNumberEvaluation(
    flagKey: string,
    standard: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve(flagKey, standard, context, (value) => typeof value === "number");
  }

  resolveObjectEvaluation<T extends JsonValue>(
    flagKey: string,
    standard: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#resolve(flagKey, standard, context, (value): value is T => typeof value === "object");
  }

  async #resolve<T>(
    flagKey: string,
    standard: T,
    { targetingKey = "" }: EvaluationContext,
    isWanted: (value: unknown) => value is T,
  ): Promise<ResolutionDetails<T>> {
    const refused = (errorCode: ErrorCode) => ({
      value: standard,
      errorCode,
      reason: StandardResolutionReasons.ERROR,
    });
    const flag = this.#flags.get(flagKey);
    if (flag === undefined) return refused(ErrorCode.FLAG_NOT_FOUND);
    if (!flag.isEnabled) return { value: standard, reason: StandardResolutionReasons.DISABLED };
    const found = variantFor(flag, { flagKey, targetingKey });
    if (found === undefined) return refused(ErrorCode.PARSE_ERROR);
    const value = flag.variants[found.variant];
    if (!isWanted(value)) return refused(ErrorCode.TYPE_MISMATCH);
    const { TARGETING_MATCH, STATIC, DEFAULT } = StandardResolutionReasons;
    const untargeted = flag.targeting === null || flag.targeting === undefined ? STATIC : DEFAULT;
    return { value, variant: found.variant, reason: found.isTargeted ? TARGETING_MATCH : untargeted };
  }
}
