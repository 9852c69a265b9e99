/** Flags that a splitter's Node is started with. */
export const splitterNodeFlags: readonly string[] = [];
