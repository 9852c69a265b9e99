/** The page's style: one column, system fonts, hairlines, two colours that mean old and new. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2024; --muted: #5c646d; --line: #e2e4e7; --grid: #e9ebee; --shade: #f2f3f5; --band: #d5d9de; --doubt: #fbe9bd;
  --old: #0072b2; --new: #d55e00;
  --good: #14703f; --good-tint: #e3f4ea; --bad: #b3261e; --bad-tint: #fdeceb; --unsure: #8a5a00; --unsure-tint: #fdf3dc;
  --part-1: #cc79a7; --part-2: #dcc712; --part-3: #009e73; --part-4: #b7bdc4; --part-5: #7f6fb5; --part-6: #4a5665;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --ink: #e9eaeb; --muted: #9aa3ac; --line: #2b3036; --grid: #262b31; --shade: #1c2025; --band: #3b434c; --doubt: #4a3c17;
    --old: #56b4e9; --new: #e69f00;
    --good: #6fd39b; --good-tint: #16301f; --bad: #ff9189; --bad-tint: #3a1b1a; --unsure: #e8b84f; --unsure-tint: #33280f;
    --part-1: #cc79a7; --part-2: #f0e442; --part-3: #00a87c; --part-4: #5d666f; --part-5: #9a8bd0; --part-6: #aab5c0;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 400 15px/1.5 Inter, -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Cantarell, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
main, footer { max-width: 1048px; margin: 0 auto; padding: 0 24px; }
p { margin: 0; max-width: 96ch; }
h1, h2, h3 { margin: 0; line-height: 1.2; text-wrap: balance; }
ul, ol { margin: 0; padding-left: 1.25em; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.top { display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: center; padding: 28px 0 36px; color: var(--muted); font-size: 14px; }
.brand { display: inline-flex; gap: 8px; align-items: center; font-weight: 600; color: var(--ink); letter-spacing: .01em; }
.brand svg { display: block; }
.top .meta { margin-left: auto; }
.state { display: inline-block; padding: 3px 12px; border-radius: 999px; font-size: 14px; font-weight: 650; letter-spacing: .04em; }
.state.good { color: var(--good); background: var(--good-tint); }
.state.bad { color: var(--bad); background: var(--bad-tint); }
.state.unsure { color: var(--unsure); background: var(--unsure-tint); }
.state.origin { color: var(--ink); background: var(--shade); }
.verdict h1 { margin-top: 14px; font-size: clamp(24px, 4vw, 38px); font-weight: 650; letter-spacing: -.018em; line-height: 1.16; max-width: 28em; }
.verdict h1.long { font-size: clamp(21px, 2.8vw, 29px); line-height: 1.22; max-width: 36em; }
.verdict ul { margin-top: 14px; color: var(--muted); }
.verdict .about { margin-top: 14px; color: var(--muted); font-size: 16px; }
.notice { margin-top: 24px; padding: 14px 18px; border-left: 4px solid currentColor; border-radius: 4px; }
.notice.bad { color: var(--bad); background: var(--bad-tint); }
.notice.unsure { color: var(--unsure); background: var(--unsure-tint); }
.notice strong { display: block; }
.notice p + p { margin-top: 6px; }
.notice p { color: var(--ink); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 24px 20px; margin: 36px 0 0; padding: 22px 0; border: solid var(--line); border-width: 1px 0; }
.tiles div { min-width: 0; }
.tiles dt { font-size: 13px; color: var(--muted); }
.tiles dd { margin: 0; }
.tiles .value { font-size: 27px; line-height: 1.25; font-weight: 600; letter-spacing: -.015em; }
.tiles .note { font-size: 13px; color: var(--muted); }
section { margin-top: 52px; }
h2 { font-size: 21px; font-weight: 650; letter-spacing: -.01em; }
h2 + * { margin-top: 14px; }
figure { margin: 36px 0 0; break-inside: avoid; }
h2 + figure { margin-top: 18px; }
figcaption h3 { font-size: 16px; font-weight: 620; }
figcaption p { margin-top: 2px; font-size: 14px; color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 8px 0 4px; padding: 0; list-style: none; font-size: 13px; color: var(--muted); }
.legend li { display: inline-flex; gap: 7px; align-items: center; }
.legend svg { flex: none; }
.panels { display: grid; grid-template-columns: minmax(0, 1fr); gap: 18px 28px; margin-top: 10px; }
.panels.two { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
.panel h4 { margin: 0 0 2px; font-size: 13px; font-weight: 600; color: var(--muted); }
.panel svg { display: block; width: 100%; height: auto; font-family: inherit; }
.panel .narrow { display: none; }
details { margin-top: 8px; font-size: 14px; }
summary { cursor: pointer; color: var(--muted); width: max-content; max-width: 100%; }
summary:hover { color: var(--ink); }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--old); outline-offset: 3px; border-radius: 2px; }
.scroll { overflow-x: auto; margin-top: 12px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.4; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: 6px 0 6px 24px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); font-weight: 400; }
th:first-child, td:first-child { padding-left: 0; }
thead th { color: var(--muted); font-size: 13px; vertical-align: bottom; border-bottom-color: var(--band); }
tbody tr:last-child > * { border-bottom: 0; }
tr.apart > * { padding-top: 18px; }
th.old, th.new { border-bottom-width: 2px; color: var(--ink); }
th.old { border-bottom-color: var(--old); } th.new { border-bottom-color: var(--new); }
table.words thead th:first-child { width: 34%; } table.words td.good, table.words td.bad, table.words td.unsure, table.words td.quiet { white-space: nowrap; }
table.pair { max-width: 820px; } table.pair thead th { width: 26%; } table.pair thead th:first-child { width: 22%; }
table.dense { font-size: 13px; } table.dense thead .end { white-space: normal; }
table.dense th, table.dense td { padding-left: 14px; }
table.dense th:first-child { padding-left: 0; }
table.dense td.start { min-width: 8em; } table.dense .end + .start { padding-left: 24px; }
tbody th { min-width: 5em; }
.part { margin-top: 36px; } .part h3 { font-size: 16px; font-weight: 620; }
.end { text-align: right; white-space: nowrap; }
td.good { color: var(--good); } td.bad { color: var(--bad); } td.unsure { color: var(--unsure); } td.quiet { color: var(--muted); }
p.good { color: var(--good); } p.bad { color: var(--bad); } p.unsure { color: var(--unsure); } .remark { margin-top: 8px; }
.note { margin-top: 10px; font-size: 13px; color: var(--muted); }
.lines { margin: 12px 0 0; padding: 0; list-style: none; font-size: 14px; }
.lines li { display: grid; grid-template-columns: minmax(0, 15em) minmax(0, 1fr); gap: 0 20px; padding: 6px 0; border-bottom: 1px solid var(--line); }
.lines li:last-child { border-bottom: 0; }
.lines.two { columns: 2; column-gap: 40px; } .lines.two li { grid-template-columns: minmax(0, 10em) minmax(0, 1fr); break-inside: avoid; border-bottom: 1px solid var(--line); }
.lines .key { color: var(--muted); }
.lines .bad { color: var(--bad); font-weight: 600; }
.events { margin: 12px 0 0; padding: 0; list-style: none; font-size: 14px; }
.events li { display: grid; grid-template-columns: 1.6em 5.5em minmax(0, 11em) minmax(0, 1fr); gap: 0 14px; padding: 4px 0; }
.events b { font-weight: 600; } .events .at { text-align: right; color: var(--muted); } .events .kind { color: var(--muted); }
.bottlenecks { margin: 8px 0 0; padding: 0; list-style: none; counter-reset: rank; font-size: 14px; }
.bottlenecks li { counter-increment: rank; position: relative; display: grid; grid-template-columns: minmax(0, 15em) minmax(0, 1fr); gap: 0 20px; padding: 8px 0 8px 34px; border-bottom: 1px solid var(--line); }
.bottlenecks li:last-child { border-bottom: 0; }
.bottlenecks li::before { content: counter(rank); position: absolute; left: 0; top: 8px; width: 21px; height: 21px; border-radius: 50%; background: var(--shade); color: var(--muted); font-size: 12px; line-height: 21px; text-align: center; }
.bottlenecks .at, .bottlenecks .remedy { display: block; } .bottlenecks .at { color: var(--muted); }
.assumptions { margin-top: 18px; padding: 14px 18px; background: var(--shade); border-radius: 4px; font-size: 14px; }
.assumptions h3 { font-size: 14px; font-weight: 620; margin-bottom: 4px; }
footer { margin-top: 64px; padding-top: 20px; padding-bottom: 40px; color: var(--muted); font-size: 13px; }
@media screen and (max-width: 720px) {
  main, footer { padding-left: 16px; padding-right: 16px; }
  .top { padding: 18px 0 24px; } .top .meta { margin-left: 0; width: 100%; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; } .tiles .value { font-size: 22px; }
  .panels.two { grid-template-columns: minmax(0, 1fr); }
  .panel .wide { display: none; } .panel .narrow { display: block; }
  table { font-size: 13px; } thead .end { white-space: normal; } th, td { padding-left: 14px; }
  table.pair td { white-space: normal; } table.pair tbody th { min-width: 0; } table.pair thead th { width: auto; }
  .lines li, .lines.two li, .bottlenecks li { grid-template-columns: minmax(0, 1fr); } .lines.two { columns: 1; }
  .events li { grid-template-columns: 1.6em 5.5em minmax(0, 1fr); } .events .message { grid-column: 3; }
  section { margin-top: 40px; }
}
@media print {
  @page { margin: 14mm; }
  body { font-size: 10.5pt; }
  main, footer { max-width: none; padding: 0; }
  .top { padding-top: 0; }
  details { display: none; }
  .scroll { overflow: visible; }
  h2, h3, figcaption { break-after: avoid; }
  tr, li, .notice, .scroll, .lines, .assumptions { break-inside: avoid; }
  section { margin-top: 28px; }
  table { font-size: 9pt; } th, td, thead th { padding-left: 10px; font-size: inherit; }
  thead .end { white-space: normal; } table.dense { font-size: 7pt; } table.dense th, table.dense td { padding-left: 6px; } table.dense td.start, table.dense tbody th { min-width: 0; } tbody th { min-width: 4em; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
