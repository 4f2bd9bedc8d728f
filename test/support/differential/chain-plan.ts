// A plan on which nothing is wrong, and ways to change the certificates of one.
import { basicConstraints, type ExtensionDraft, extendedKeyUsage, keyUsage } from '../../../src/x509/issue/issue.ts';
import { daysFrom } from './day.ts';
import type { AuthorityKind } from './keys.ts';
import type { CertificatePlan, SignaturePlan } from './plan.ts';

const codeSigning = extendedKeyUsage(['1.3.6.1.5.5.7.3.3']);

/** A signature by a good chain of a leaf and a root. */
export function goodSignature(start: Pick<SignaturePlan, 'now' | 'scheme' | 'timestamped'>, number: number): SignaturePlan {
  return {
    ...start,
    format: 'jws',
    chain: [leafPlan(start.now, number), authorityPlan(start.now, `root ${number}`, 'EC-256')],
    chainIn: 'unprotected',
    arrange: (chain) => chain.map(({ der }) => der),
    signedAt: daysFrom(start.now, -3),
    header: [],
    payload: (draft) => Buffer.from(JSON.stringify(draft)),
    signatureValue: 'usual',
    parts: [],
    bytes: (bytes) => bytes,
    manifest: (manifest) => manifest,
  };
}

export function authorityPlan(now: Date, name: string, authority: AuthorityKind): CertificatePlan {
  return {
    name,
    key: { authority },
    subject: subjectOf(name),
    notBefore: daysFrom(now, -400),
    notAfter: daysFrom(now, 800),
    serial: `10${Buffer.from(name).toString('hex').slice(0, 30)}`,
    extensions: [basicConstraints(true), keyUsage(['keyCertSign', 'cRLSign'])],
    signature: 'usual',
    responders: [],
    lists: [],
  };
}

function leafPlan(now: Date, number: number): CertificatePlan {
  return {
    name: `leaf ${number}`,
    key: { leaf: 'ec-256' },
    subject: subjectOf(`leaf ${number}`),
    notBefore: daysFrom(now, -100),
    notAfter: daysFrom(now, 100),
    serial: `20${Buffer.from([number, 1, 2, 3]).toString('hex')}`,
    extensions: [keyUsage(['digitalSignature']), codeSigning],
    signature: 'usual',
    responders: [],
    lists: [],
  };
}

/** The subject of everything minted here. */
export function subjectOf(commonName: string): readonly (readonly [string, string])[] {
  return [
    ['C', 'US'],
    ['ST', 'WA'],
    ['O', 'acme'],
    ['CN', commonName],
  ];
}

export type CertificateChange = Partial<CertificatePlan> | ((certificate: CertificatePlan) => Partial<CertificatePlan>);

/** Changes the certificate at a place, -1 being the root. */
export function changeAt(plan: SignaturePlan, place: number, change: CertificateChange): SignaturePlan {
  const at = place < 0 ? plan.chain.length + place : place;
  const chain = plan.chain.map((one, index) => (index === at ? { ...one, ...(typeof change === 'function' ? change(one) : change) } : one));
  return { ...plan, chain };
}

/** Replaces the extension of this type, or adds it. */
export function withExtension(extension: ExtensionDraft): CertificateChange {
  return ({ extensions }) => ({ extensions: [...extensions.filter(({ oid }) => oid !== extension.oid), extension] });
}

/** Takes away the extension of this type. */
export function withoutExtension(oid: string): CertificateChange {
  return ({ extensions }) => ({ extensions: extensions.filter((one) => one.oid !== oid) });
}

export function hasAuthorities({ chain }: SignaturePlan): boolean {
  return chain.length > 1;
}

export function hasIntermediates({ chain }: SignaturePlan): boolean {
  return chain.length > 2;
}
