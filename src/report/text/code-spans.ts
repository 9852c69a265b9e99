/** A piece of a sentence; code is what stood between two backticks. */
export type Span = { readonly text: string; readonly isCode: boolean };

/** Takes a sentence apart at its backticks; one without a partner is a character like any other. */
export function codeSpans(sentence: string): readonly Span[] {
  return sentence
    .split(/`([^`]+)`/)
    .map((text, index) => ({ text, isCode: index % 2 === 1 }))
    .filter(({ text }) => text !== "");
}
