/** 33.3 → `33.30`; nothing where there is no price. */
export function formatMoney(amount: number | undefined): string {
  return amount === undefined
    ? ""
    : amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
