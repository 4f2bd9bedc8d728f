// Trust policy documents, but for what the kinds of them have each for itself (trust policy specification § Trust Policy Properties).
import { asObject, type JsonObject, nameOf, parseJson } from '../core/json.ts';
import { checkMembers, malformedPolicy, textOf } from './member.ts';
import type { Demands } from './statement.ts';

/** A trust policy whose statements were all checked. */
export interface Policy<S extends Demands> {
  readonly version: '1.0';
  /** In the document's order; at least one, no name twice. */
  readonly statements: readonly S[];
}

/**
 * Reads the bytes of a document, strictly: no member twice, none that means nothing, and nothing after its end.
 * @param what names the document in messages, as in `trustpolicy.json`
 * @param readStatement reads one statement; `where` names it in messages
 * @throws NotationError `POLICY` naming the statement and the rule
 */
export function readDocument<S extends Demands>(
  bytes: Uint8Array,
  what: string,
  readStatement: (statement: JsonObject, where: string) => S,
): Policy<S> {
  const document = asObject(parseJson(bytes, what, 'POLICY'), what, 'POLICY');
  checkMembers(document, ['version', 'trustPolicies'], what);
  const version = textOf(document, 'version', what);
  if (version !== '1.0') throw malformedPolicy(what, `expected version "1.0", found ${JSON.stringify(version)}`);
  const statements = statementsOf(document, what).map((value, index) => {
    const statement = asObject(value, `${what}: statement ${index + 1}`, 'POLICY');
    return readStatement(statement, whereOf(statement, index, what));
  });
  checkNames(statements, what);
  return { version, statements };
}

function statementsOf(document: JsonObject, what: string): readonly unknown[] {
  const statements = document['trustPolicies'] ?? [];
  if (!Array.isArray(statements)) throw malformedPolicy(what, `expected trustPolicies to be a list, found ${nameOf(statements)}`);
  if (statements.length === 0) throw malformedPolicy(what, 'expected at least one statement in trustPolicies, found none');
  return statements;
}

function whereOf(statement: JsonObject, index: number, what: string): string {
  const name = textOf(statement, 'name', `${what}: statement ${index + 1}`);
  if (name !== '') return `${what}: statement ${JSON.stringify(name)}`;
  throw malformedPolicy(`${what}: statement ${index + 1}`, 'expected a name, found none');
}

/** The specification asks for unique names in blob policies alone, notation in both (AMB-21): a name in a message must say which statement. */
function checkNames(statements: readonly Demands[], what: string): void {
  const seen = new Set<string>();
  for (const { name } of statements) {
    if (seen.has(name)) throw malformedPolicy(what, `expected each statement's name once, found ${JSON.stringify(name)} twice`);
    seen.add(name);
  }
}
