// What a statement demands, whatever it is about (trust policy specification § Trust Policy Properties).
import { asObject, type JsonObject } from '../core/json.ts';
import { nearest } from '../core/nearest.ts';
import { isStoreName, trustStoreTypes } from '../x509/chain/anchor.ts';
import { type Action, type Actions, type CheckName, checkNames, type LevelName, levels } from './level.ts';
import { checkMembers, malformedPolicy, textOf, textsOf } from './member.ts';
import type { Demands, StoreReference } from './statement.ts';
import { parseTrustedIdentities } from './trusted-identity.ts';

/** The members that a statement may have, of whichever kind it is. */
const members: readonly string[] = [
  'name',
  'signatureVerification',
  'trustStores',
  'trustedIdentities',
  // Each kind passes over the other's, so that one document can serve both; notation does so as well.
  'registryScopes',
  'globalPolicy',
];

/** @throws NotationError `POLICY` */
export function readDemands(statement: JsonObject, where: string): Demands {
  checkMembers(statement, members, where);
  const verification = readVerification(asObject(statement['signatureVerification'], `${where}: signatureVerification`, 'POLICY'), where);
  const trustStores = textsOf(statement, 'trustStores', where).map((text) => parseStore(text, where));
  const trustedIdentities = parseTrustedIdentities(textsOf(statement, 'trustedIdentities', where), where);
  const trust = [trustStores.length, trustedIdentities.length] as const;
  if (verification.level === 'skip') checkNothing(trust, where);
  else checkBoth(trust, where);
  return { name: textOf(statement, 'name', where), ...verification, trustStores, trustedIdentities };
}

function readVerification(verification: JsonObject, where: string): Pick<Demands, 'level' | 'actions' | 'verifyTimestamp'> {
  checkMembers(verification, ['level', 'override', 'verifyTimestamp'], `${where}: signatureVerification`);
  const level = oneOf(textOf(verification, 'level', where), Object.keys(levels) as LevelName[], 'level', where);
  const overrides = readOverrides(asObject(verification['override'] ?? {}, `${where}: override`, 'POLICY'), `${where}: override`);
  if (level === 'skip' && Object.keys(overrides).length > 0) throw malformedPolicy(where, 'expected no override of level skip, found one');
  const timestamp = textOf(verification, 'verifyTimestamp', where) || 'always';
  return {
    level,
    actions: { ...levels[level], ...overrides },
    verifyTimestamp: oneOf(timestamp, ['always', 'afterCertExpiry'] as const, 'verifyTimestamp', where),
  };
}

/** What may be made of a check (trust policy specification § Custom Verification Level). */
const overrides: Readonly<Record<CheckName, readonly Action[]>> = {
  integrity: [],
  authenticity: ['enforce', 'log'],
  expiry: ['enforce', 'log'],
  authenticTimestamp: ['enforce', 'log'],
  revocation: ['enforce', 'log', 'skip'],
};

function readOverrides(object: JsonObject, where: string): Partial<Actions> {
  checkMembers(object, checkNames, where);
  const named = checkNames.filter((check) => object[check] !== undefined);
  if (named.includes('integrity')) throw malformedPolicy(where, 'expected integrity to stay as the level has it, found an override of it');
  return Object.fromEntries(named.map((check) => [check, oneOf(textOf(object, check, where), overrides[check], check, where)]));
}

function parseStore(text: string, where: string): StoreReference {
  const [type = '', ...rest] = text.split(':');
  const name = rest.join(':');
  if (rest.length === 0) throw malformedPolicy(where, `expected trust stores as type:name, found ${JSON.stringify(text)}`);
  if (!isStoreName(name)) {
    throw malformedPolicy(where, `expected the name of a trust store in [a-zA-Z0-9_.-]+, found ${JSON.stringify(text)}`);
  }
  return { type: oneOf(type, trustStoreTypes, `the type of trust store ${JSON.stringify(text)}`, where), name };
}

type Counts = readonly [stores: number, identities: number];

function checkNothing([stores, identities]: Counts, where: string): void {
  if (stores + identities === 0) return;
  const problem = 'expected no trustStores and no trustedIdentities where the level is skip, found some';
  throw malformedPolicy(where, problem, 'remove them, or choose another level: nothing of an artifact is verified at level skip');
}

function checkBoth([stores, identities]: Counts, where: string): void {
  if (stores > 0 && identities > 0) return;
  const absent = stores === 0 ? 'trustStores' : 'trustedIdentities';
  throw malformedPolicy(where, `expected trustStores and trustedIdentities, found no ${absent}`);
}

function oneOf<T extends string>(value: string, allowed: readonly T[], what: string, where: string): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  const meant = nearest(value, allowed);
  const expected = allowed.map((one) => JSON.stringify(one)).join(', ');
  throw malformedPolicy(
    where,
    `expected ${what} to be one of ${expected}, found ${value === '' ? 'nothing' : JSON.stringify(value)}`,
    meant === undefined ? undefined : `did you mean ${meant}?`,
  );
}
