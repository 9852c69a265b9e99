import type { WindowDelta } from "../result/window.ts";

/** Gathers the windows of all drivers: a round is complete when each has told as many as there are drivers. */
export function windowRounds(
  drivers: number,
  onRound: (round: readonly WindowDelta[]) => void,
): (window: WindowDelta) => void {
  let round: WindowDelta[] = [];
  return (window) => {
    round.push(window);
    if (round.length < drivers) return;
    const complete = round;
    round = [];
    onRound(complete);
  };
}
