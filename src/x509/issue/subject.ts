// The subject that a user wants for a certificate of his own.
import { NotationError } from '../../core/error.ts';
import { parseIdentity } from '../distinguished-name.ts';
import { attributeTypes, identityOf, parseNameDer } from '../name.ts';
import { encodeName, type NameDraft } from './issue.ts';

/**
 * Reads a subject as trusted identities are written (RFC 4514): C, ST and O at least, every attribute once. notation matches such
 * names as sets, so the order written means nothing: the certificate gets them from C to CN, as authorities write them and openssl
 * shows them, whichever way round the user wrote.
 * @throws NotationError `REQUEST` or `CERTIFICATE` for a name that notation could not match, or that no authority would take.
 */
export function parseSubject(text: string): NameDraft {
  const identity = parseIdentity(text);
  for (const [type, value] of identity) checkAttribute(type, value);
  const types = [...attributeTypes.keys()].filter((type) => identity.has(type));
  const draft = types.map((type) => [type, identity.get(type) ?? ''] as const);
  // What notation prints of the certificate must be readable to notation again.
  identityOf(parseNameDer(encodeName(draft), 'subject'));
  return draft;
}

/** Upper bounds (RFC 5280, appendix A.1): authorities and openssl refuse what is longer. */
const longest: ReadonlyMap<string, number> = new Map([
  ['C', 2],
  ['ST', 128],
  ['L', 128],
  ['STREET', 128],
  ['POSTALCODE', 40],
  ['O', 64],
  ['OU', 64],
  ['CN', 64],
  ['SERIALNUMBER', 64],
]);

function checkAttribute(type: string, value: string): void {
  const limit = longest.get(type);
  if (limit === undefined)
    throw refused(`expected attributes of ${[...longest.keys()].join(', ')}, found ${type}`, 'leave it out: notation cannot match it');
  if (type === 'C' && !/^[A-Z]{2}$/.test(value))
    throw refused(`expected two capital letters for C, found ${JSON.stringify(value)}`, 'use the ISO 3166 code of the country');
  const length = [...value].length;
  if (length === 0) throw refused(`expected a value for ${type}, found none`, 'give it one, or leave the attribute out');
  if (length > limit) throw refused(`expected at most ${limit} characters for ${type}, found ${length}`, 'shorten it');
}

function refused(problem: string, hint: string): NotationError {
  return new NotationError('REQUEST', `subject: ${problem}`, { hint });
}
