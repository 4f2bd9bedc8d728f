/** Labels and texts in two columns, one line each; control characters, which others may have put there, are escaped. */
export function printFields(fields: readonly (readonly [label: string, text: string])[], indent = ''): string {
  const width = Math.max(...fields.map(([label]) => label.length)) + 2;
  return fields.map(([label, text]) => `${indent}${`${label}:`.padEnd(width)}${printable(text)}\n`).join('');
}

/**
 * The text on one line, in the order in which it is written: what moves a terminal's cursor, breaks lines or turns the direction of reading is
 * escaped, as JSON escapes.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A text of several lines as one. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

/** JSON as Go indents and escapes it, a line feed after it; what `printable` escapes is escaped too, and means the same. */
export function printableJson(value: unknown, indent: number): string {
  const text = JSON.stringify(value, null, indent).split('\n').map(printable).join('\n');
  return `${text.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)}\n`;
}
