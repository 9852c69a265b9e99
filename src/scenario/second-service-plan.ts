import type { SecondServiceSection } from "./second-service-schema.ts";
import { type MockPlan, planMock } from "./service-plan.ts";

/** The service that the mocks call for each request, in two equal versions. */
export type SecondServicePlan = {
  /** Of both versions. */
  readonly mock: MockPlan;
  readonly newPerMillion: number;
} & SecondCallPlan;

/** How a mock calls it. */
export type SecondCallPlan = {
  /** Headers sent on, in lower case. */
  readonly passOn: readonly string[];
  readonly deadlineMs: number;
  /** Of one process. */
  readonly maxInFlight: number;
};

/** @param splitShare - the share of new in the first service, 0–1 */
export function planSecondService(
  second: SecondServiceSection | undefined,
  splitShare: number,
): SecondServicePlan | undefined {
  return (
    second && {
      mock: planMock(second.mock),
      newPerMillion: Math.round((second.new ?? splitShare) * 1e6),
      passOn: second.passOn.map((name) => name.toLowerCase()),
      deadlineMs: second.deadline,
      maxInFlight: second.maxInFlight,
    }
  );
}
