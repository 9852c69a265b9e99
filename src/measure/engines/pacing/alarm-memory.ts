/** What the alarm and its thread share: a counter of changes (negative ends the thread), and the moment. */
export type AlarmViews = { readonly changes: Int32Array; readonly wakeAtMs: Float64Array };

export const alarmBytes = 16;

export function alarmViews(memory: SharedArrayBuffer): AlarmViews {
  return { changes: new Int32Array(memory, 0, 1), wakeAtMs: new Float64Array(memory, 8, 1) };
}
