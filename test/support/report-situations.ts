// What a report can be about: verifications of every kind, made with real signatures, and what came of them.
import type { ReportFacts, StoreContent } from '../../src/cli/report/facts.ts';
import { concludeArtifact } from '../../src/cli/verify/conclusion.ts';
import { NotationError } from '../../src/core/error.ts';
import type { Descriptor } from '../../src/core/model.ts';
import { encodePayload } from '../../src/core/payload.ts';
import type { Repository, StoredSignature } from '../../src/core/ports.ts';
import { describeBlob } from '../../src/envelope/blob.ts';
import { levels } from '../../src/policy/level.ts';
import type { OciStatement } from '../../src/policy/statement.ts';
import { verifyBlob } from '../../src/verify/blob.ts';
import { surveyArtifact } from '../../src/verify/survey.ts';
import { parseIdentity } from '../../src/x509/name.ts';
import type { AskRevocation, CertificateStatus } from '../../src/x509/revocation/report.ts';
import { type EnvelopeWish, makeEnvelope } from './envelopes.ts';
import { during, type Holder, mintCa, mintChain, mintLeaf } from './pki.ts';
import { makeToken } from './timestamp-token.ts';
import { leafIs, portsOf, statementOf, storeOf } from './verification.ts';

const image: Descriptor = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${'73c8a0e1'.repeat(8)}`,
  size: 16_724,
};
const registry = 'registry.example.com/payments/checkout';

type Stored = StoredSignature | NotationError;

/** What is verified, and how. */
export interface Situation {
  readonly signatures?: readonly Stored[];
  readonly statement?: Partial<OciStatement>;
  /** Roots by `type:name`. */
  readonly stores?: Readonly<Record<string, readonly Holder[]>>;
  readonly revocation?: AskRevocation;
  readonly now?: Date;
  readonly userMetadata?: Readonly<Record<string, string>>;
  readonly maxSignatures?: number;
}

/** The facts of a report on an image with these signatures. */
export async function reportFacts(situation: Situation): Promise<ReportFacts> {
  const { signatures = [], stores = {}, revocation, now = during, userMetadata = {}, maxSignatures = 100 } = situation;
  const statement = statementOf({ name: 'release', ...situation.statement });
  const certificates = Object.fromEntries(Object.entries(stores).map(([name, held]) => [name, held.map(({ certificate }) => certificate)]));
  const ports = portsOf({ stores: certificates, now: () => now, ...(revocation && { revocation }) });
  const survey = await surveyArtifact(repositoryOf(signatures), image, { statement, maxSignatures, userMetadata }, ports);
  const name = `${registry}@${image.digest}`;
  return {
    ...survey,
    subject: { kind: 'artifact', reference: `${registry}:v1.4`, name, descriptor: image, tag: 'v1.4' },
    statement,
    conclusion: concludeArtifact(survey.outcome, { name, scoped: name, maxSignatures }),
    stores: statement.trustStores.map((store): StoreContent => {
      const absent = new NotationError('FILE', `the trust store "${store.name}" of type ${store.type} does not exist`);
      return { store, certificates: certificates[`${store.type}:${store.name}`] ?? absent };
    }),
    ...{ userMetadata, maxSignatures, offline: false, at: now },
    maker: { version: '0.1.0', build: { form: 'executable', commit: '7619409' }, runtime: 'Bun 1.4.5' },
  };
}

/** A signature of the image. */
export async function signatureOf(
  chain: readonly Holder[],
  wish: Partial<EnvelopeWish> = {},
  subject: Descriptor = image,
): Promise<StoredSignature> {
  const { bytes, codec } = await makeEnvelope({ format: 'jws', chain, ...wish, draft: { payload: encodePayload(subject), ...wish.draft } });
  return { mediaType: codec.mediaType, envelope: bytes };
}

function repositoryOf(stored: readonly Stored[]): Repository {
  const digestOf = (place: number) => `sha256:${(0x1a2b + place).toString(16).repeat(16)}`;
  const refuse = () => Promise.reject(new Error('not asked for'));
  return {
    resolve: refuse,
    attach: refuse,
    signatures: async function* () {
      for (const place of stored.keys())
        yield { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestOf(place), size: 700 };
    },
    fetch: async ({ digest }) => {
      const found = stored.find((_, place) => digestOf(place) === digest);
      if (found === undefined || found instanceof NotationError) throw found ?? new Error(digest);
      return found;
    },
  };
}

const day = 86_400_000;
const annotations = {
  'com.example.build': '4711',
  'com.example.commit': 'f7f00a4c2b6d',
  'org.example.pipeline': 'https://ci.example.com/payments/checkout/4711',
};
const named = (commonName: string, organisation: string) =>
  [
    ['C', 'DE'],
    ['ST', 'Hessen'],
    ['O', organisation],
    ['CN', commonName],
  ] as const;

const root = await mintCa('root', undefined, {
  subject: named('Example Trust Root R1', 'Example Trust Services GmbH'),
  issuer: named('Example Trust Root R1', 'Example Trust Services GmbH'),
  notBefore: new Date('2020-01-01T00:00:00Z'),
  notAfter: new Date('2040-01-01T00:00:00Z'),
});
const issuing = await mintCa('issuing', root, {
  subject: named('Example Code Signing CA 3', 'Example Trust Services GmbH'),
  notBefore: new Date('2023-03-01T00:00:00Z'),
  notAfter: new Date('2033-03-01T00:00:00Z'),
});
const released = {
  subject: named('Payments Release', 'Example AG'),
  notBefore: new Date('2026-05-31T06:00:00Z'),
  notAfter: new Date('2027-05-31T06:00:00Z'),
};
const leaf = await mintLeaf('leaf', issuing, released);
const chain = [leaf, issuing, root];
const short = [
  await mintLeaf('leaf', issuing, {
    ...released,
    subject: named('ci@payments', 'Example AG'),
    notBefore: new Date(during.getTime() - day / 4),
    notAfter: new Date(during.getTime() + (3 * day) / 4),
  }),
  issuing,
  root,
];
const past = [
  await mintLeaf('leaf', issuing, { ...released, notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2026-03-01T00:00:00Z') }),
  issuing,
  root,
];
const stranger = await mintCa('stranger', undefined, {
  subject: named('Somebody Else Root', 'Somebody Else Ltd'),
  issuer: named('Somebody Else Root', 'Somebody Else Ltd'),
});
const strangers = [await mintLeaf('strange leaf', stranger, { subject: named('build-bot', 'Somebody Else Ltd') }), stranger];
const authorityChain = await mintChain({
  purpose: 'timestamping',
  changes: [{ subject: named('Example Timestamp Authority', 'Example Trust Services GmbH') }, {}, {}],
});
const longChain = await mintChain({ intermediates: 3 });
const alone = await mintLeaf('alone', undefined, { subject: named('self-made', 'Example AG'), issuer: named('self-made', 'Example AG') });
const trust = { 'ca:test': [root], 'signingAuthority:test': [root], 'tsa:test': authorityChain.slice(-1) };
const draft = { expiry: new Date('2026-11-28T12:00:00Z') };
const withMetadata: Descriptor = { ...image, annotations };
const stamped = { trustStores: [storeOf('ca'), storeOf('tsa')] };

/** A signature with a timestamp of its own. */
async function timestamped(by: readonly Holder[], wish: Partial<EnvelopeWish>, time: string): Promise<StoredSignature> {
  const made = await makeEnvelope({ format: 'jws', chain: by, ...wish, draft: { payload: encodePayload(withMetadata), ...wish.draft } });
  const timestamp = await makeToken({ chain: authorityChain, message: made.signature, info: { time } });
  const certificates = by.map(({ certificate }) => certificate.der);
  return {
    mediaType: made.codec.mediaType,
    envelope: made.codec
      .prepare({
        payload: encodePayload(withMetadata),
        scheme: 'notary.x509',
        signingTime: during,
        algorithm: (by[0] as Holder).key.algorithm,
        ...wish.draft,
      })
      .seal({ bytes: made.signature, certificates }, { timestamp, signingAgent: 'notation-ts-kms/0.1.0' }),
  };
}

/** Good by OCSP, but for the root; `change` is for the leaf. */
const told: AskRevocation = async ({ chain: asked }) => ({
  verdict: 'good',
  certificates: asked.map((certificate, place): CertificateStatus => {
    if (place === asked.length - 1) return { certificate, problems: [], status: 'not revocable', why: 'root' };
    const source = {
      method: place === 0 ? 'OCSP' : 'CRL',
      url: place === 0 ? 'http://ocsp.example.com/' : 'http://crl.example.com/r1.crl',
      thisUpdate: new Date('2026-06-01T06:00:00Z'),
      nextUpdate: new Date('2026-06-02T06:00:00Z'),
      cached: place === 1,
    } as const;
    return { certificate, problems: [], status: 'good', source };
  }),
});

/** What would harm a page that took it for more than text. */
export const hostile: readonly string[] = [
  '<script>document.title="owned"</script>',
  '"><img src=x onerror="document.title=\'owned\'">',
  '</style></title></desc></svg><script src="https://evil.example/x.js"></script>',
  '&lt;b&gt; &amp; &#60;i&#62; <!-- ]]> {{7*7}}',
  'release\u202egnp.exe\u2066\u200b\u0000\u001b[31m\u0085',
  'javascript:document.title="owned"',
  `שלום עולם مرحبا ${'x'.repeat(400)}`,
];

const subjects = hostile.map(
  (text, place) => [['O', 'CN', 'OU', 'L', 'STREET', 'POSTALCODE', 'OU'][place] as string, text.slice(0, 300)] as const,
);
const hostileRoot = await mintCa('hostile root', undefined, {
  subject: [...named('r', 'r').slice(0, 2), ...subjects],
  issuer: [...named('r', 'r').slice(0, 2), ...subjects],
});
const hostileChain = [await mintLeaf('hostile leaf', hostileRoot, { subject: [...named('l', 'l').slice(0, 2), ...subjects] }), hostileRoot];
const hostileImage: Descriptor = { ...image, annotations: Object.fromEntries(hostile.map((text) => [text, text])) };

/** By name; each is made anew. */
export const situations: Readonly<Record<string, () => Promise<ReportFacts>>> = {
  verified: async () =>
    reportFacts({
      signatures: [await signatureOf(chain, { draft, unsigned: { signingAgent: 'notation-go/1.3.2' } }, withMetadata)],
      stores: trust,
      revocation: told,
      userMetadata: { 'com.example.build': '4711' },
    }),
  'short-lived': async () =>
    reportFacts({
      signatures: [await timestamped(short, { draft: {} }, '20260601120002Z')],
      stores: trust,
      statement: stamped,
      revocation: told,
      now: new Date('2028-02-03T10:00:00Z'),
    }),
  timestamped: async () =>
    reportFacts({
      signatures: [await timestamped(chain, { draft }, '20260601120002Z')],
      stores: trust,
      statement: stamped,
      revocation: told,
      now: new Date('2026-09-14T08:30:00Z'),
    }),
  unsigned: async () => reportFacts({ stores: trust }),
  skipped: async () => reportFacts({ statement: { level: 'skip', actions: levels.skip, trustStores: [], trustedIdentities: [] } }),
  untrusted: async () => reportFacts({ signatures: [await signatureOf(strangers)], stores: trust }),
  'another identity': async () =>
    reportFacts({
      signatures: [await signatureOf(chain)],
      stores: trust,
      statement: {
        trustedIdentities: [
          {
            kind: 'subject',
            text: 'x509.subject: C=DE, ST=Hessen, O=Example AG, CN=Web Release',
            identity: parseIdentity('C=DE, ST=Hessen, O=Example AG, CN=Web Release'),
          },
        ],
      },
    }),
  'expired chain': async () =>
    reportFacts({
      signatures: [await signatureOf(past, { draft: { signingTime: new Date('2026-02-01T09:00:00Z') } })],
      stores: trust,
      revocation: told,
    }),
  'expired signature': async () =>
    reportFacts({ signatures: [await signatureOf(chain, { draft })], stores: trust, now: new Date('2027-01-10T00:00:00Z') }),
  'no timestamp': async () => reportFacts({ signatures: [await signatureOf(chain)], stores: trust, statement: stamped }),
  revoked: async () => reportFacts({ signatures: [await signatureOf(chain)], stores: trust, revocation: leafIs('revoked') }),
  'revocation unknown': async () => reportFacts({ signatures: [await signatureOf(chain)], stores: trust, revocation: leafIs('unknown') }),
  logged: async () =>
    reportFacts({
      signatures: [await signatureOf(past, { draft: { signingTime: new Date('2026-02-01T09:00:00Z') } })],
      stores: trust,
      revocation: leafIs('unknown'),
      statement: { level: 'permissive', actions: levels.permissive },
    }),
  'revocation skipped': async () =>
    reportFacts({
      signatures: [await signatureOf(chain)],
      stores: trust,
      statement: { actions: { ...levels.strict, revocation: 'skip' } },
    }),
  'moved from another artifact': async () =>
    reportFacts({ signatures: [await signatureOf(chain, {}, { ...image, digest: `sha256:${'00'.repeat(32)}` })], stores: trust }),
  'other metadata': async () =>
    reportFacts({ signatures: [await signatureOf(chain, {}, withMetadata)], stores: trust, userMetadata: { 'com.example.build': '4712' } }),
  'not intact': async () =>
    reportFacts({ signatures: [{ mediaType: 'application/jose+json', envelope: Buffer.from('{"payload":') }], stores: trust }),
  'critical attribute': async () =>
    reportFacts({
      signatures: [
        await signatureOf(chain, { draft: { extended: [{ key: 'com.example.clearance', critical: true, value: 'secret' }] } as never }),
      ],
      stores: trust,
    }),
  'not to be had': async () =>
    reportFacts({
      signatures: [
        new NotationError('UNAVAILABLE', 'registry.example.com: expected an answer, found none within 10 s', { hint: 'try again later' }),
      ],
      stores: trust,
    }),
  'many signatures': async () =>
    reportFacts({
      signatures: [
        await signatureOf(strangers),
        new NotationError('MANIFEST', 'signature manifest: expected one layer, found 2'),
        await signatureOf(chain, { format: 'cose' }, withMetadata),
        await signatureOf(chain, {}, { ...image, size: 1 }),
        await signatureOf(short),
      ],
      stores: trust,
      revocation: told,
    }),
  'too many signatures': async () =>
    reportFacts({
      signatures: [await signatureOf(strangers), await signatureOf(strangers), await signatureOf(chain)],
      stores: trust,
      maxSignatures: 2,
    }),
  'signing authority': async () =>
    reportFacts({
      signatures: [
        await signatureOf(past, { draft: { scheme: 'notary.x509.signingAuthority', signingTime: new Date('2026-02-01T09:00:00Z') } }),
      ],
      stores: trust,
      revocation: told,
    }),
  'long chain': async () => reportFacts({ signatures: [await signatureOf(longChain)], stores: { 'ca:test': longChain.slice(-1) } }),
  'self-signed': async () => reportFacts({ signatures: [await signatureOf([alone])], stores: { 'ca:test': [alone] } }),
  'a trust store that is not there': async () =>
    reportFacts({ signatures: [await signatureOf(chain)], statement: { trustStores: [storeOf('ca', 'nowhere')] } }),
  hostile: async () => hostileFacts(),
  'hostile, verified': async () =>
    reportFacts({
      signatures: [await signatureOf(hostileChain, { unsigned: { signingAgent: hostile.join(' ') } }, hostileImage)],
      stores: { 'ca:test': [hostileRoot] },
    }),
  blob: () => blobFacts('release notes\n'),
  'changed blob': () => blobFacts('release notes, changed\n'),
};

async function hostileFacts(): Promise<ReportFacts> {
  const facts = await reportFacts({
    signatures: [await signatureOf(hostileChain), ...hostile.map((text) => new NotationError('UNAVAILABLE', text, { hint: text }))],
    stores: trust,
    statement: { name: hostile[0] ?? '', trustedIdentities: [{ kind: 'other', text: hostile[1] ?? '' }] },
  });
  const text = hostile.join(' ');
  return {
    ...facts,
    subject: {
      kind: 'artifact',
      reference: text,
      name: text,
      descriptor: { mediaType: text, digest: text, size: 1 },
      tag: text,
      scope: text,
    },
  };
}

async function blobFacts(content: string): Promise<ReportFacts> {
  const bytes = async function* (text: string) {
    yield Buffer.from(text);
  };
  const described = await describeBlob(bytes('release notes\n'), 'text/plain', 'SHA-256');
  const stored = await signatureOf(chain, {}, described);
  const base = await reportFacts({ stores: trust });
  const { registryScopes: _, ...statement } = statementOf({ name: 'files' });
  const ports = portsOf({ stores: { 'ca:test': [root.certificate] } });
  const outcome = await verifyBlob(
    stored,
    () => bytes(content),
    { statement: { ...statement, globalPolicy: true }, userMetadata: {} },
    ports,
  );
  const signatures = outcome.status === 'verified' ? [outcome.accepted] : outcome.status === 'rejected' ? outcome.rejected : [];
  return {
    ...base,
    subject: { kind: 'blob', path: './notes.txt', signature: './notes.txt.jws.sig' },
    statement: { ...statement, globalPolicy: true },
    outcome,
    signatures,
  };
}
