import { createRequire } from 'node:module';

interface Listed {
  readonly name: string;
  readonly licenseText: string;
}

const require = createRequire(import.meta.url);

/** The identifiers in an SPDX expression. */
export function identifiersIn(expression: string): readonly string[] {
  return expression.split(/[()\s]+/).filter((word) => !['', 'AND', 'OR', 'WITH'].includes(word));
}

/** Name and text of a licence, as SPDX publishes them. @throws Error for what is not on its list */
export function licenceText(identifier: string): string {
  const listed = require('spdx-license-list/full') as Readonly<Record<string, Listed>>;
  const known = listed[identifier];
  if (known === undefined) throw new Error(`${identifier} is not on the list of SPDX`);
  return `${known.name} (${identifier})\n\n${known.licenseText.trim()}`;
}
