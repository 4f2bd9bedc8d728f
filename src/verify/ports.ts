// What verification needs of the world.
import type { Der } from '../core/bytes.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { PluginMetadata } from '../protocol/hosted/metadata.ts';
import type { VerificationAnswer, VerificationQuestion } from '../protocol/hosted/verification.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { TrustStoreType } from '../x509/chain/anchor.ts';
import type { AskRevocation } from '../x509/revocation/report.ts';

/** A verification plugin: this program itself, whose own checks are then the plugin's, or another. */
export type VerificationPlugin =
  | { readonly kind: 'own'; readonly metadata: Pick<PluginMetadata, 'name' | 'version'> }
  | {
      readonly kind: 'hosted';
      readonly metadata: PluginMetadata;
      /** @throws NotationError when there is no whole answer */
      readonly verify: (question: VerificationQuestion) => Promise<VerificationAnswer>;
    };

/** Finds the plugin of a name that a signature says; it is any text. @throws NotationError when there is none, or it does not say what it is */
export type OpenVerificationPlugin = (name: string) => Promise<VerificationPlugin>;

export interface VerificationPorts {
  readonly now: Clock;
  /** Every certificate of a named trust store. @throws NotationError when there is no such store, or it holds what it may not */
  readonly readTrustStore: (type: TrustStoreType, name: string) => Promise<readonly Certificate[]>;
  readonly askRevocation: AskRevocation;
  /** Reads the certificates of envelopes: `parseCertificate`, or one that remembers them. */
  readonly readCertificate: (der: Der, what?: string) => Certificate;
  /** Asked for each signature that names a plugin. */
  readonly openVerificationPlugin: OpenVerificationPlugin;
  readonly log: Log;
}
