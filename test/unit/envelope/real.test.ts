// Envelopes that notation made: read field by field, and written again byte for byte.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Envelope } from '../../../src/core/model.ts';
import { parsePayload } from '../../../src/core/payload.ts';
import type { EnvelopeCodec } from '../../../src/envelope/codec.ts';
import { cose } from '../../../src/envelope/cose.ts';
import { checkIntegrity, checkSealed } from '../../../src/envelope/integrity.ts';
import { jws } from '../../../src/envelope/jws.ts';
import { printTime } from '../../../src/envelope/time.ts';
import { parseCertificate } from '../../../src/x509/certificate.ts';
import { printName } from '../../../src/x509/name.ts';
import { needsVectors, readVector, thirdPartyFolder } from '../../support/third-party.ts';

describe('the seed envelope', needsVectors, () => {
  const bytes = needsVectors.skip === false ? readFileSync(join(thirdPartyFolder, '..', 'seed', 'envelope.jws.json')) : Buffer.of();

  test('is the published one', () => {
    assert.equal(createHash('sha256').update(bytes).digest('hex'), 'cb71e04d24a01cbdabef808730b93e0d642898040158c2528c85194fe4076dff');
  });

  test('holds, and says what the post about it shows', () => {
    const { payload, signed, unsigned, algorithm, certificates, signature, mediaType } = checkSealed(jws, bytes);
    assert.equal(mediaType, 'application/jose+json');
    assert.equal(algorithm.signing, 'RSASSA-PSS-SHA-256');
    assert.deepEqual(signed, {
      scheme: 'notary.x509',
      signingTime: { at: new Date('2025-02-08T09:41:02Z'), offsetMinutes: 480 },
      extended: [],
    });
    assert.equal(unsigned.signingAgent, 'notation-go/1.3.0');
    assert.equal(unsigned.timestamp, undefined);
    assert.equal(signature.length, 256);
    assert.equal(payload.contentType, 'application/vnd.cncf.notary.payload.v1+json');
    assert.deepEqual(parsePayload(JSON.parse(Buffer.from(payload.bytes).toString())), {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: 'sha256:f17fbc7debc4eda7456dd3ab0c18c27d50821a9821cfca5607404e654f76e675',
      size: 605,
    });
    assert.equal(certificates.length, 1);
    const leaf = parseCertificate(certificates[0] ?? Buffer.of());
    assert.equal(printName(leaf.subject), 'CN=yoyo-duan.io,O=Notary,L=Seattle,ST=WA,C=US');
    assert.equal(printName(leaf.issuer), printName(leaf.subject));
    assert.deepEqual([leaf.notBefore, leaf.notAfter], [new Date('2025-02-08T09:39:09Z'), new Date('2025-02-09T09:39:09Z')]);
    assert.match(createHash('sha256').update(leaf.der).digest('hex'), /^964fa9b5.*dcddf$/);
  });
});

const ofCose = ['example_localVerify.cose', 'coseExpiredWithTimestamp.sig', 'blob.cose.sig'];
const ofJws = [
  'jws_signature.sig',
  'jwsWithTimestamp.sig',
  'timestampBeforeNotBefore.sig',
  'withoutTimestamp.sig',
  'example_verifyBlob.jws',
  'blob_with_metadata.jws',
];

describe('what notation made is what we would have made', needsVectors, () => {
  for (const name of ofCose) {
    test(`${name}: every byte`, () => {
      const bytes = readVector(`envelopes/shared/${name}`);
      const again = writeAgain(cose, checkIntegrity(cose.parse(bytes)));
      assert.equal(Buffer.from(again).toString('hex'), Buffer.from(bytes).toString('hex'));
    });
  }

  for (const name of ofJws) {
    test(`${name}: every byte, the signing time in UTC`, () => {
      const text = Buffer.from(readVector(`envelopes/shared/${name}`)).toString();
      const envelope = checkIntegrity(jws.parse(Buffer.from(text)));
      const [, header = ''] = /"protected":"([^"]+)"/.exec(text) ?? [];
      const inUtc = Buffer.from(header, 'base64url')
        .toString()
        .replace(/(signingTime":)"[^"]+"/, `$1"${printTime(envelope.signed.signingTime.at)}"`);
      const expected = text.replace(header, Buffer.from(inUtc).toString('base64url'));
      assert.equal(Buffer.from(writeAgain(jws, envelope)).toString(), expected);
    });
  }
});

function writeAgain({ prepare }: EnvelopeCodec, { payload, signed, unsigned, algorithm, signature, certificates }: Envelope): Uint8Array {
  const { scheme, extended, signingTime, expiry } = signed;
  const times = { signingTime: signingTime.at, ...(expiry && { expiry: expiry.at }) };
  return prepare({ payload: payload.bytes, scheme, extended, algorithm, ...times }).seal({ bytes: signature, certificates }, unsigned);
}
