// What a verification in a test needs besides a signature: a statement, stores, and somebody who tells of revocation.
import { NotationError } from '../../src/core/error.ts';
import type { Clock } from '../../src/core/ports.ts';
import { levels } from '../../src/policy/level.ts';
import type { OciStatement, StoreReference } from '../../src/policy/statement.ts';
import type { OpenVerificationPlugin, VerificationPorts } from '../../src/verify/ports.ts';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.ts';
import type { TrustStoreType } from '../../src/x509/chain/anchor.ts';
import type { AskRevocation, CertificateStatus, RevocationQuestion } from '../../src/x509/revocation/report.ts';
import { during } from './pki.ts';

/** A statement of level strict that trusts anybody under `ca:test` and `signingAuthority:test`. */
export function statementOf(change: Partial<OciStatement> = {}): OciStatement {
  const level = change.level ?? 'strict';
  return {
    name: 'test',
    level,
    actions: levels[level],
    verifyTimestamp: 'always',
    trustStores: [storeOf('ca'), storeOf('signingAuthority')],
    trustedIdentities: [{ kind: 'any' }],
    registryScopes: ['*'],
    ...change,
  };
}

/** A named store. */
export function storeOf(type: TrustStoreType, name = 'test'): StoreReference {
  return { type, name };
}

export interface Surroundings {
  /** Certificates by `type:name`. */
  readonly stores: Readonly<Record<string, readonly Certificate[]>>;
  readonly now?: Clock;
  readonly revocation?: AskRevocation;
  /** Gets each question that is asked. */
  readonly asked?: RevocationQuestion[];
  /** There is no plugin when it is absent. */
  readonly openVerificationPlugin?: OpenVerificationPlugin;
}

/** Ports over what a test has; certificates are good unless `revocation` says otherwise. */
export function portsOf({
  stores,
  now = () => during,
  revocation = nothingRevoked,
  asked = [],
  openVerificationPlugin = noPlugin,
}: Surroundings): VerificationPorts {
  return {
    now,
    readTrustStore: async (type, name) => {
      const certificates = stores[`${type}:${name}`];
      if (certificates === undefined) throw missingStore(type, name);
      return certificates;
    },
    askRevocation: (question) => {
      asked.push(question);
      return revocation(question);
    },
    readCertificate: parseCertificate,
    openVerificationPlugin,
    log: () => undefined,
  };
}

const noPlugin: OpenVerificationPlugin = async (name) => {
  throw new NotationError('FILE', `plugin ${JSON.stringify(name)}: expected it to be installed, found nothing there`);
};

/** Answers that no certificate can be revoked. */
export const nothingRevoked: AskRevocation = async ({ chain }) => ({
  verdict: 'good',
  certificates: chain.map((certificate) => ({ certificate, problems: [], status: 'not revocable', why: 'no source' })),
});

/** Answers that the leaf is revoked, or that nobody tells. */
export function leafIs(status: 'revoked' | 'unknown'): AskRevocation {
  return async ({ chain }) => ({ verdict: status, certificates: chain.map((one, place) => (place === 0 ? tell(one, status) : rest(one))) });
}

function tell(certificate: Certificate, status: 'revoked' | 'unknown'): CertificateStatus {
  const source = { method: 'CRL', url: 'http://crl.test/1', thisUpdate: during, nextUpdate: during, cached: false } as const;
  const problem = { method: 'OCSP', url: 'http://ocsp.test/', error: new NotationError('TIMEOUT', 'no answer within 2 s') } as const;
  if (status === 'unknown') return { certificate, status, problems: [problem] };
  return { certificate, status, problems: [], source, revokedAt: new Date('2026-05-01T00:00:00Z'), reason: 'keyCompromise' };
}

function rest(certificate: Certificate): CertificateStatus {
  return { certificate, problems: [], status: 'not revocable', why: 'no source' };
}

function missingStore(type: string, name: string): NotationError {
  return new NotationError('FILE', `the trust store ${JSON.stringify(name)} of type ${type} does not exist`);
}
