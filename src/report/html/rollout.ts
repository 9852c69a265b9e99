import type { RolloutView } from "../view/rollout.ts";
import { type Html, html } from "./html.ts";
import { tableHtml } from "./table.ts";

/** The decisions of a ramp with their numbers, and the course of each fault; absent where there was neither. */
export function rolloutHtml(view: RolloutView | undefined): Html | undefined {
  if (view === undefined) return undefined;
  const { phase, decisions, evidence, reaction } = view;
  return html`${phase === undefined ? undefined : html`<p>The ramp ended: ${phase}.</p>`}
${decisions && html`<div class="part"><h3>Decisions</h3>${tableHtml(decisions, "Decisions of the rollout")}</div>`}
${evidence && html`<div class="part"><h3>What they rest on</h3>${tableHtml(evidence, "The numbers behind each decision")}</div>`}
${reaction && html`<div class="part"><h3>Reaction</h3>${tableHtml(reaction, "How the run reacted to faults of new")}</div>`}`;
}
