// What there is to say of each certificate of a chain: who it is, who trusts it, when it is valid, and whether it is revoked.
import { equalBytes } from '../../core/bytes.ts';
import { textOfStore } from '../../policy/statement.ts';
import type { TimeEvidence } from '../../verify/outcome.ts';
import { type Certificate, isSelfIssued } from '../../x509/certificate.ts';
import type { TrustStoreType } from '../../x509/chain/anchor.ts';
import type { CertificateStatus } from '../../x509/revocation/report.ts';
import type { StoreContent } from './facts.ts';
import { dayText } from './words.ts';

/** Good, bad, of no weight, or something to know. */
export type Tone = 'good' | 'bad' | 'plain' | 'note';

export interface Remark {
  readonly tone: Tone;
  readonly text: string;
}

export interface ChainLink {
  readonly certificate: Certificate;
  readonly role: string;
  /** The trust stores that it is in, as a policy writes them; said of the root where no certificate is in one. */
  readonly trust?: Remark;
  readonly validity: Remark;
  readonly revocation: Remark;
  /** What is known of its revocation, where somebody was asked. */
  readonly status?: CertificateStatus;
}

export interface ChainView {
  /** Leaf first. */
  readonly certificates: readonly Certificate[];
  /** What the leaf is for. */
  readonly leaf: 'Signing certificate' | 'Timestamp authority';
  /** Which type of store vouches for it. */
  readonly storeType: TrustStoreType;
  readonly stores: readonly StoreContent[];
  /** Which time its validity was held against; absent where that was not reached. */
  readonly time: TimeEvidence | undefined;
  readonly statuses: readonly CertificateStatus[];
  readonly now: Date;
}

/** The links of a chain, leaf first. */
export function linksOf(view: ChainView): readonly ChainLink[] {
  const { certificates, statuses } = view;
  const held = certificates.map((one) => storesHolding(one, view));
  const untrusted = held.every((names) => names.length === 0);
  return certificates.map((certificate, place) => {
    const [names, status, isLast] = [held[place] ?? [], statuses[place], place === certificates.length - 1];
    const trust = trustOf(names, untrusted && isLast);
    return {
      certificate,
      role: roleOf(certificate, place, view),
      ...(trust !== undefined && { trust }),
      validity: validityOf(certificate, view),
      revocation: revocationOf(status),
      ...(status !== undefined && { status }),
    };
  });
}

function storesHolding(certificate: Certificate, { stores, storeType }: ChainView): readonly string[] {
  const holds = (content: StoreContent['certificates']) =>
    !(content instanceof Error) && content.some(({ der }) => equalBytes(der, certificate.der));
  return stores.filter(({ store, certificates }) => store.type === storeType && holds(certificates)).map(({ store }) => textOfStore(store));
}

function trustOf(names: readonly string[], standsForNone: boolean): Remark | undefined {
  if (names.length > 0) return { tone: 'good', text: `In ${names.join(', ')}` };
  return standsForNone ? { tone: 'bad', text: 'In no trust store' } : undefined;
}

function roleOf(certificate: Certificate, place: number, { certificates, leaf }: ChainView): string {
  if (place === 0) return isSelfIssued(certificate) ? `${leaf}, self-signed` : leaf;
  return place === certificates.length - 1 && isSelfIssued(certificate) ? 'Root' : 'Intermediate';
}

function validityOf(certificate: Certificate, { time, now }: ChainView): Remark {
  const { notBefore, notAfter } = certificate;
  if (isWithin(certificate, now, now)) return { tone: 'good', text: `Valid until ${dayText(notAfter)}` };
  const text = now < notBefore ? `Not valid before ${dayText(notBefore)}` : `Expired ${dayText(notAfter)}`;
  return { tone: time !== undefined && time.time !== 'now' && isWithin(certificate, ...rangeOf(time)) ? 'note' : 'bad', text };
}

function isWithin({ notBefore, notAfter }: Certificate, earliest: Date, latest: Date): boolean {
  return notBefore <= earliest && latest <= notAfter;
}

/** The time that the validity of certificates was held against, from and to. */
function rangeOf(time: TimeEvidence): readonly [Date, Date] {
  return time.time === 'timestamp' ? [time.timestamp.earliest, time.timestamp.latest] : [time.at, time.at];
}

function revocationOf(status: CertificateStatus | undefined): Remark {
  if (status === undefined) return { tone: 'plain', text: 'Not asked if revoked' };
  switch (status.status) {
    case 'good':
      return { tone: 'good', text: `Not revoked (${status.source.method})` };
    case 'revoked':
      return { tone: 'bad', text: `Revoked ${dayText(status.revokedAt)}` };
    case 'unknown':
      return { tone: 'bad', text: 'Revocation unknown' };
    case 'not revocable':
      return { tone: 'plain', text: status.why === 'root' ? 'A root: not revocable' : 'Names no revocation' };
  }
}
