// Trust policies for artifacts in repositories (trust policy specification § Registry Scopes Constraints, § Selecting a trust policy).
import { NotationError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import { readDemands } from './demands.ts';
import { type Policy, readDocument } from './document.ts';
import { malformedPolicy, textsOf } from './member.ts';
import { isRepository } from './scope.ts';
import type { OciStatement } from './statement.ts';

export type OciPolicy = Policy<OciStatement>;

/**
 * Reads trustpolicy.oci.json or trustpolicy.json. A statement that skips verification may have the scope `*`: the specification does not
 * allow it and notation does (TPL-014, REF-26), and where people rely on that, everything would fail here; `skippingAll` tells.
 * @param what names the document in messages
 * @throws NotationError `POLICY` naming the statement and the rule that it breaks
 */
export function parseOciPolicy(bytes: Uint8Array, what: string): OciPolicy {
  const policy = readDocument(bytes, what, readStatement);
  const seen = new Set<string>();
  for (const scope of policy.statements.flatMap(({ registryScopes }) => registryScopes)) {
    if (seen.has(scope)) throw malformedPolicy(what, `expected each registry scope once, found ${JSON.stringify(scope)} twice`);
    seen.add(scope);
  }
  return policy;
}

/**
 * The statement about a repository, `registry/repository`: the one with exactly that scope, or else the one with `*` (TPL-015 … TPL-017).
 * @throws NotationError `POLICY` when there is none, or when that is no repository
 */
export function selectStatement({ statements }: OciPolicy, repository: string): OciStatement {
  checkRepository(repository);
  const statement = having(statements, repository) ?? having(statements, '*');
  if (statement) return statement;
  throw new NotationError(
    'POLICY',
    `${JSON.stringify(repository)} has no applicable trust policy statement: expected one with that registry scope or "*", found none`,
    { hint: `add "${repository}" to the registryScopes of a statement; notation-ts-kms policy show prints the policy` },
  );
}

/** The statement that lets every artifact pass that no other one is about; undefined when there is none. */
export function skippingAll({ statements }: OciPolicy): OciStatement | undefined {
  return statements.find(({ level, registryScopes }) => level === 'skip' && registryScopes.includes('*'));
}

function having(statements: readonly OciStatement[], scope: string): OciStatement | undefined {
  return statements.find(({ registryScopes }) => registryScopes.includes(scope));
}

function checkRepository(repository: string): void {
  if (isRepository(repository)) return;
  throw new NotationError('POLICY', `expected a repository as registry/repository, found ${JSON.stringify(repository)}`, {
    hint: 'name it without scheme, tag and digest: registry.example.com/repository, or local/name for an OCI layout',
  });
}

function readStatement(statement: JsonObject, where: string): OciStatement {
  const demands = readDemands(statement, where);
  const registryScopes = textsOf(statement, 'registryScopes', where);
  if (registryScopes.length === 0) throw malformedPolicy(where, 'expected at least one registry scope, found none');
  if (registryScopes.length > 1 && registryScopes.includes('*')) {
    throw malformedPolicy(where, 'expected the registry scope "*" alone, found others beside it');
  }
  for (const scope of registryScopes) checkScope(scope, where);
  return { ...demands, registryScopes };
}

function checkScope(scope: string, where: string): void {
  if (scope === '*' || isRepository(scope)) return;
  const hint = scope.includes('*')
    ? 'there are no patterns: name each repository, or give "*" alone'
    : 'name the repository in full, without scheme, tag and digest';
  throw malformedPolicy(where, `expected a registry scope as registry/repository or "*", found ${JSON.stringify(scope)}`, hint);
}
