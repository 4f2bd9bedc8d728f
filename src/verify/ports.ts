// What verification needs of the world.
import type { Der } from '../core/bytes.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { TrustStoreType } from '../x509/chain/anchor.ts';
import type { AskRevocation } from '../x509/revocation/report.ts';

export interface VerificationPorts {
  readonly now: Clock;
  /** Every certificate of a named trust store. @throws NotationError when there is no such store, or it holds what it may not */
  readonly readTrustStore: (type: TrustStoreType, name: string) => Promise<readonly Certificate[]>;
  readonly askRevocation: AskRevocation;
  /** Reads the certificates of envelopes: `parseCertificate`, or one that remembers them. */
  readonly readCertificate: (der: Der, what?: string) => Certificate;
  readonly log: Log;
}
