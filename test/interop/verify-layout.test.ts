// Signatures good and bad in OCI layouts, at every level: the tool and notation come to the same, and say the same.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Descriptor, EnvelopeMediaType } from '../../src/core/model.ts';
import { encodePayload } from '../../src/core/payload.ts';
import { type EnvelopeWish, makeEnvelope } from '../support/envelopes.ts';
import { type Notation, openFolder, removeFolder } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { during, type Holder, mintCa, mintChain, mintLeaf } from '../support/pki.ts';
import { mintRevocable } from '../support/revocable.ts';
import { makeToken } from '../support/timestamp-token.ts';
import { makeSignedLayout, type Sign, type Signed, sign } from './minted-layout.ts';
import { bothVerify, openHome, type PolicyStatement } from './verification.ts';

const peers = needs('notation');
const past = new Date('2026-07-01T00:00:00Z');

const levels: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  strict: { level: 'strict' },
  permissive: { level: 'permissive' },
  audit: { level: 'audit' },
  'strict, expiry logged': { level: 'strict', override: { expiry: 'log' } },
  'strict, authenticTimestamp logged': { level: 'strict', override: { authenticTimestamp: 'log' } },
  'strict, revocation skipped': { level: 'strict', override: { revocation: 'skip' } },
  'permissive, all enforced': {
    level: 'permissive',
    override: { expiry: 'enforce', authenticTimestamp: 'enforce', revocation: 'enforce' },
  },
  'audit, authenticity enforced': { level: 'audit', override: { authenticity: 'enforce' } },
};

/** What is signed, and how; and what the policy trusts for it. */
interface Situation {
  readonly sign?: Sign;
  readonly trust?: Partial<PolicyStatement>;
}

const chain = await mintChain();
const root = chain.at(-1) as Holder;
const authority = chain[1] as Holder;
const expired = await mintLeaf('expired', authority, { notAfter: past });
const unborn = await mintLeaf('unborn', authority, { notBefore: new Date('2034-01-01T00:00:00Z') });
const unreachable = await mintRevocable('unreachable', authority, { ocsp: ['http://127.0.0.1:1/'], crl: ['http://127.0.0.1:1/x.crl'] });
const stranger = await mintCa('stranger root', undefined);
const strangers = [await mintLeaf('stranger', stranger), stranger];
const authorityChain = await mintChain({ purpose: 'timestamping' });
const tsa = { trustStores: ['ca:root', 'tsa:root'] };

const situations: Readonly<Record<string, Situation>> = {
  'a signature, JWS': { sign: (artifact) => signed(artifact) },
  'a signature, COSE': { sign: (artifact) => signed(artifact, { format: 'cose' }) },
  'no signature': {},
  'another root': { sign: (artifact) => signed(artifact, { chain: strangers }) },
  'an intermediate certificate that is trusted': { sign: (artifact) => signed(artifact), trust: { trustStores: ['ca:intermediate'] } },
  'a trust store that is not there': { sign: (artifact) => signed(artifact), trust: { trustStores: ['ca:nowhere'] } },
  'an identity that is trusted': { sign: (artifact) => signed(artifact), trust: { trustedIdentities: [subject('leaf')] } },
  'another identity': { sign: (artifact) => signed(artifact), trust: { trustedIdentities: [subject('nobody')] } },
  'a signature that expired': { sign: (artifact) => signed(artifact, { draft: { signingTime: during, expiry: past } }) },
  'a signature that will expire': { sign: (artifact) => signed(artifact, { draft: { expiry: new Date('2034-01-01T00:00:00Z') } }) },
  'a certificate that expired': { sign: (artifact) => signed(artifact, { chain: [expired, ...chain.slice(1)] }) },
  'a certificate that is not valid yet': { sign: (artifact) => signed(artifact, { chain: [unborn, ...chain.slice(1)] }) },
  'a signing time in the future': { sign: (artifact) => signed(artifact, { draft: { signingTime: new Date('2034-01-01T00:00:00Z') } }) },
  'nobody who tells of revocation': { sign: (artifact) => signed(artifact, { chain: [unreachable, ...chain.slice(1)] }) },
  'a payload that was changed': { sign: async (artifact) => tampered(await signed(artifact)) },
  'a signature that was changed, COSE': { sign: async (artifact) => tampered(await signed(artifact, { format: 'cose' })) },
  'another artifact': { sign: (artifact) => signed({ ...artifact, digest: `sha256:${'0'.repeat(64)}` }) },
  'another size': { sign: (artifact) => signed({ ...artifact, size: artifact.size + 1 }) },
  'another media type': { sign: (artifact) => signed({ ...artifact, mediaType: 'application/vnd.oci.image.index.v1+json' }) },
  'not an envelope': { sign: async () => ({ mediaType: 'application/jose+json', envelope: Buffer.from('{}') }) },
  'an envelope of no known kind': {
    sign: async (artifact) => ({ ...(await signed(artifact)), mediaType: 'application/pkcs7' as EnvelopeMediaType }),
  },
  'a signing authority, and no store for one': {
    sign: (artifact) => signed(artifact, { draft: { scheme: 'notary.x509.signingAuthority' } }),
  },
  'a signing authority': {
    sign: (artifact) => signed(artifact, { draft: { scheme: 'notary.x509.signingAuthority' } }),
    trust: { trustStores: ['signingAuthority:root'] },
  },
  'a signing authority, and a certificate that expired since': {
    sign: (artifact) => signed(artifact, { chain: [expired, ...chain.slice(1)], draft: { scheme: 'notary.x509.signingAuthority' } }),
    trust: { trustStores: ['signingAuthority:root'] },
  },
  'a timestamp': { sign: (artifact) => stamped(artifact), trust: tsa },
  'a timestamp, and a certificate that expired since': { sign: (artifact) => stamped(artifact, [expired, ...chain.slice(1)]), trust: tsa },
  'a timestamp that nobody asks for, and a certificate that expired': {
    sign: (artifact) => stamped(artifact, [expired, ...chain.slice(1)]),
  },
  'no timestamp where one is asked for': { sign: (artifact) => signed(artifact), trust: tsa },
  'a timestamp of an authority that is not trusted': {
    sign: (artifact) => stamped(artifact),
    trust: { trustStores: ['ca:root', 'tsa:stranger'] },
  },
  metadata: { sign: (artifact) => signed({ ...artifact, annotations: { a: 'b', 'io.x': 'grüße <&>' } }) },
};

describe('the tool and notation verify the same in layouts', () => {
  let folder: string;
  const layouts = new Map<string, string>();

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    for (const [index, name] of Object.keys(situations).entries()) {
      const signature = situations[name]?.sign;
      layouts.set(name, await makeSignedLayout(join(folder, `layout-${index}`), ...(signature === undefined ? [] : [signature])));
    }
  });
  after(() => {
    if (folder !== undefined) removeFolder(folder);
  });

  for (const [level, signatureVerification] of Object.entries(levels)) {
    describe(level, () => {
      let home: Notation;
      before(() => {
        if (peers.skip === undefined) home = openHomeOf(signatureVerification);
      });
      for (const [index, name] of Object.keys(situations).entries())
        test(name, peers, async () => {
          const { code, stdout, stderr } = await bothVerify(home, ['--oci-layout', '--scope', `local/${index}`, layouts.get(name) ?? '']);
          if (code === 0) assert.match(stdout, /^Successfully verified signature for /);
          else {
            assert.equal(stdout, '');
            if (name !== 'no signature')
              assert.match(stderr, /^Signature sha256:[0-9a-f]{64} was rejected: \w+.*\n( {2}[\w ]+: .*\n)+Error: /m);
          }
        });
    });
  }

  test('nothing is looked at where the policy says skip', peers, async () => {
    const home = openHome(folder, [{ name: 'skip', registryScopes: ['*'], signatureVerification: { level: 'skip' } }], {});
    const reference = layouts.get('not an envelope') ?? '';
    const { code, stdout } = await bothVerify(home, ['--oci-layout', '--scope', 'local/x', reference]);
    assert.deepEqual([code, stdout], [0, `Trust policy is configured to skip signature verification for ${reference}\n`]);
  });

  function openHomeOf(signatureVerification: Readonly<Record<string, unknown>>): Notation {
    const statements = Object.values(situations).map(({ trust }, index) => ({
      name: `statement ${index}`,
      registryScopes: [`local/${index}`],
      signatureVerification,
      trustStores: ['ca:root'],
      trustedIdentities: ['*'],
      ...trust,
    }));
    return openHome(folder, statements, {
      'ca:root': [root.certificate],
      'ca:intermediate': [authority.certificate],
      'signingAuthority:root': [root.certificate],
      'tsa:root': [(authorityChain.at(-1) as Holder).certificate],
      'tsa:stranger': [stranger.certificate],
    });
  }
});

function signed(artifact: Descriptor, wish: Partial<EnvelopeWish> = {}): Promise<Signed> {
  return sign(artifact, { chain, ...wish });
}

/** A JWS whose signature an authority witnessed at noon of the first of June. */
async function stamped(artifact: Descriptor, signers: readonly Holder[] = chain): Promise<Signed> {
  const made = await makeEnvelope({ format: 'jws', chain: signers, draft: { payload: encodePayload(artifact) } });
  const token = await makeToken({ chain: authorityChain, message: made.signature });
  const envelope = JSON.parse(Buffer.from(made.bytes).toString());
  envelope.header['io.cncf.notary.timestampSignature'] = Buffer.from(token).toString('base64');
  return { mediaType: 'application/jose+json', envelope: Buffer.from(JSON.stringify(envelope)) };
}

/** One character of the payload, or one byte of the signature, is another. */
function tampered({ mediaType, envelope }: Signed): Signed {
  if (mediaType === 'application/cose') return { mediaType, envelope: envelope.with(-1, (envelope.at(-1) ?? 0) ^ 1) };
  const said = JSON.parse(Buffer.from(envelope).toString());
  const payload = Buffer.from(Buffer.from(said.payload, 'base64url').toString().replace('"size":', '"size":1')).toString('base64url');
  return { mediaType, envelope: Buffer.from(JSON.stringify({ ...said, payload })) };
}

function subject(name: string): string {
  return `x509.subject: C=US, ST=WA, O=notation-ts-kms, CN=${name}`;
}
