/** Labels and texts in two columns, one line each; control characters, which others may have put there, are escaped. */
export function printFields(fields: readonly (readonly [label: string, text: string])[], indent = ''): string {
  const width = Math.max(...fields.map(([label]) => label.length)) + 2;
  return fields.map(([label, text]) => `${indent}${`${label}:`.padEnd(width)}${printable(text)}\n`).join('');
}

/** The text on one line, without characters that a terminal obeys. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
