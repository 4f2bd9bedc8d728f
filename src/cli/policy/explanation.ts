import { type NotationError, sentenceOf } from '../../core/error.ts';
import { type CheckName, checkNames, levels } from '../../policy/level.ts';
import { type Demands, textOfIdentity, textOfStore } from '../../policy/statement.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { printName } from '../../x509/name.ts';
import { fingerprint } from '../../x509/public-key.ts';
import { printable, printableJson, printFields } from '../voice/fields.ts';
import { rfc3339Time } from '../voice/go-format.ts';
import { printTable } from '../voice/table.ts';

/** A trust store of a statement, `type:name`: what is in it, or why that cannot be told. */
export type StoreFacts = { readonly store: string } & (
  | { readonly certificates: readonly Certificate[] }
  | { readonly error: NotationError }
);

/** Which statement applies and what it refers to. */
export interface Explanation {
  /** The repository, or `blobs`. */
  readonly about: string;
  /** The policy's file. */
  readonly path: string;
  /** Why it is this statement. */
  readonly why: string;
  readonly statement: Demands;
  readonly stores: readonly StoreFacts[];
}

/** The explanation for people. */
export function explanationText({ about, path, why, statement, stores }: Explanation): string {
  const head = printFields([
    ['Verified', about],
    ['Trust policy', path],
    ['Statement', `${JSON.stringify(statement.name)} (${why})`],
    ['Level', levelOf(statement)],
  ]);
  if (statement.level === 'skip') return `${head}\nNothing is verified: it passes without a signature.\n`;
  const checks = checkNames.map((check) => [check, statement.actions[check], demandOf(check, statement)]);
  const identities = statement.trustedIdentities.map((one) => `  ${printable(textOfIdentity(one))}\n`);
  return [
    head,
    `\n${printTable([['CHECK', 'ACTION', 'DEMAND'], ...checks])}`,
    `\nTrust stores:\n${stores.map(storeText).join('')}`,
    `\nTrusted identities:\n${identities.join('')}`,
  ].join('');
}

function levelOf({ level, actions }: Demands): string {
  const changed = checkNames.filter((check) => actions[check] !== levels[level][check]);
  return changed.length === 0 ? level : `${level}, but for ${changed.join(', ')}`;
}

/** The explanation for programs. */
export function explanationJson({ about, path, why, statement, stores }: Explanation): string {
  const checks = checkNames.map((check) => ({ check, action: statement.actions[check], demand: demandOf(check, statement) }));
  return printableJson(
    {
      verified: about,
      trustPolicy: path,
      statement: { name: statement.name, appliesBecause: why, level: statement.level, verifyTimestamp: statement.verifyTimestamp },
      checks: statement.level === 'skip' ? [] : checks,
      trustStores: stores.map(storeJson),
      trustedIdentities: statement.trustedIdentities.map(textOfIdentity),
    },
    2,
  );
}

/** What a signature has to show, in words. */
function demandOf(check: CheckName, statement: Demands): string {
  if (statement.actions[check] === 'skip') return 'nothing: it is not looked at';
  const demands: Readonly<Record<CheckName, string>> = {
    integrity: 'the signature is made with the key of its certificate, and is about this artifact',
    authenticity: authenticityOf(statement),
    expiry: 'the signature has not expired, where it says when it does',
    authenticTimestamp: timestampOf(statement),
    revocation: 'no certificate is revoked, and whoever its certificates name for that question (OCSP, CRL) answers',
  };
  return demands[check];
}

function authenticityOf(statement: Demands): string {
  const stores = [...storesOf(statement, 'ca'), ...storesOf(statement, 'signingAuthority')];
  if (stores.length === 0) return 'nothing can meet it: no trust store is of type ca or signingAuthority';
  const anybody = statement.trustedIdentities.some(({ kind }) => kind === 'any');
  return `a certificate of ${stores.join(' or ')} is in its chain${anybody ? '' : ', and its signer is a trusted identity'}`;
}

/** The times of signatures by a signing authority are that authority's word; the policy has no say in it. */
function timestampOf(statement: Demands): string {
  const now = 'the chain is valid now';
  const stores = storesOf(statement, 'tsa');
  if (stores.length === 0) return now;
  const stamped = `a timestamp from ${stores.join(' or ')} says that it was made while the chain was valid`;
  return statement.verifyTimestamp === 'always' ? stamped : `${now}, or ${stamped}`;
}

function storesOf({ trustStores }: Demands, wanted: string): readonly string[] {
  return [...new Set(trustStores.filter(({ type }) => type === wanted).map(textOfStore))];
}

function storeText(facts: StoreFacts): string {
  if ('error' in facts) return `  ${facts.store}: cannot be used: ${printable(sentenceOf(facts.error))}\n`;
  const { store, certificates } = facts;
  const count = certificates.length === 1 ? '1 certificate' : `${certificates.length} certificates`;
  const lines = certificates.map(
    ({ subject, notBefore, notAfter, der }) =>
      `    ${printable(printName(subject))}\n      SHA-256 ${fingerprint(der)}, valid from ${timeOf(notBefore)} to ${timeOf(notAfter)}\n`,
  );
  return `  ${store}: ${count}\n${lines.join('')}`;
}

function storeJson(facts: StoreFacts) {
  if ('error' in facts) return { trustStore: facts.store, error: sentenceOf(facts.error) };
  const certificates = facts.certificates.map(({ subject, notBefore, notAfter, der }) => ({
    subject: printName(subject),
    SHA256Fingerprint: fingerprint(der),
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
  }));
  return { trustStore: facts.store, certificates };
}

function timeOf(at: Date): string {
  return rfc3339Time({ at });
}
