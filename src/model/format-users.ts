import { formatNumber } from "../base/units.ts";

/** Four digits are more than a forecast is worth; rounded down, so that what is promised at that count holds. */
export function formatUsers(users: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, users))) - 3);
  return formatNumber(Math.floor(users / unit + 1e-9) * unit);
}
