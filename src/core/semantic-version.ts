/** SemVer 2.0.0 by its own grammar: no leading `v`, no leading zeros. */
const grammar =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*)?(?:\+[\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*)?$/;

/** Whether the text is a semantic version, of a length that no one would miss. */
export function isSemanticVersion(text: string): boolean {
  return text.length <= 256 && grammar.test(text);
}
