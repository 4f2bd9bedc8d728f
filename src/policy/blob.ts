// Trust policies for blobs (trust policy specification § Blob Trust Policy).
import { NotationError } from '../core/error.ts';
import { type JsonObject, nameOf } from '../core/json.ts';
import { readDemands } from './demands.ts';
import { type Policy, readDocument } from './document.ts';
import { malformedPolicy } from './member.ts';
import type { BlobStatement } from './statement.ts';

export type BlobPolicy = Policy<BlobStatement>;

/**
 * Reads trustpolicy.blob.json.
 * @param what names the document in messages
 * @throws NotationError `POLICY` naming the statement and the rule that it breaks
 */
export function parseBlobPolicy(bytes: Uint8Array, what: string): BlobPolicy {
  const policy = readDocument(bytes, what, readStatement);
  const globals = policy.statements.filter(({ globalPolicy }) => globalPolicy).map(({ name }) => JSON.stringify(name));
  if (globals.length > 1) throw malformedPolicy(what, `expected one global statement at most, found ${globals.join(' and ')}`);
  return policy;
}

/**
 * The statement of that name, or the global one where no name is given; there is no way from the one to the other (TPL-018, TPL-019).
 * @throws NotationError `POLICY` when there is none
 */
export function selectBlobStatement({ statements }: BlobPolicy, name?: string): BlobStatement {
  const statement = statements.find((one) => (name === undefined ? one.globalPolicy : one.name === name));
  if (statement) return statement;
  const names = statements.map((one) => JSON.stringify(one.name)).join(', ');
  if (name === undefined) {
    throw new NotationError('POLICY', 'no applicable blob trust policy: expected a statement with globalPolicy true, found none', {
      hint: 'name a statement with --policy-name; notation-ts-kms blob policy show prints the policy',
    });
  }
  throw new NotationError('POLICY', `no applicable blob trust policy: expected a statement named ${JSON.stringify(name)}, found ${names}`, {
    hint: 'names are compared letter by letter; notation-ts-kms blob policy show prints the policy',
  });
}

function readStatement(statement: JsonObject, where: string): BlobStatement {
  const demands = readDemands(statement, where);
  const globalPolicy = statement['globalPolicy'] ?? false;
  if (typeof globalPolicy !== 'boolean') {
    throw malformedPolicy(where, `expected globalPolicy to be true or false, found ${nameOf(globalPolicy)}`);
  }
  // notation means to refuse this as well, and does not (REF-26).
  if (globalPolicy && demands.level === 'skip') {
    throw malformedPolicy(
      where,
      'expected another level than skip for the global statement, found skip',
      'it would let every blob pass; name the statement with --policy-name where blobs need no signature',
    );
  }
  return { ...demands, globalPolicy };
}
