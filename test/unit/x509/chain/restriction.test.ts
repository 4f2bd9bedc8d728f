// Restrictions beyond the Notary rules. RFC 5280's own cases, of PKITS and x509-limbo, are in test/vectors/x509-path.ts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { element, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import { checkCodeSigningChain } from '../../../../src/x509/chain/profile.ts';
import { checkRestrictions } from '../../../../src/x509/chain/restriction.ts';
import { extendedKeyUsageOid } from '../../../../src/x509/extension.ts';
import { basicConstraints, type ExtensionDraft, extendedKeyUsage, keyUsage } from '../../../../src/x509/issue/issue.ts';
import { checkTimestampToken } from '../../../../src/x509/timestamp/check.ts';
import { parseTimestampToken } from '../../../../src/x509/timestamp/token.ts';
import { type Holder, mintChain, subjectOf } from '../../../support/pki.ts';
import { makeToken } from '../../../support/timestamp-token.ts';

const ofCa = [basicConstraints(true), keyUsage(['keyCertSign', 'cRLSign'])];
const ofLeaf = [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.timeStamping], true)];
const extension = (oid: string, value: Uint8Array, critical = true): ExtensionDraft => ({ oid, critical, value });
const unknown = extension('1.2.3.4', sequence());
const dns = (text: string) => Buffer.from(text);
const altNames = (...names: readonly string[]) => extension('2.5.29.17', sequence(...names.map((name) => element(0x82, dns(name)))), false);
const constraints = (kind: 'permitted' | 'excluded', ...names: readonly string[]) =>
  extension('2.5.29.30', sequence(element(kind === 'permitted' ? 0xa0 : 0xa1, ...names.map((name) => sequence(element(0x82, dns(name)))))));

/** A chain of which one certificate has another extension, and the leaf these names. */
async function chainWith(place: 0 | 1 | 2, added: ExtensionDraft, names: readonly string[] = []): Promise<readonly Holder[]> {
  const own = (index: number) => (index === place ? [added] : []);
  const changes = [ofLeaf, ofCa, ofCa].map((base, index) => ({
    extensions: [...base, ...own(index), ...(index === 0 && names.length > 0 ? [altNames(...names)] : [])],
  }));
  return mintChain({ purpose: 'timestamping', changes });
}

async function check(chain: Promise<readonly Holder[]>): Promise<void> {
  checkRestrictions(
    (await chain).map(({ certificate }) => certificate),
    extendedKeyUsageOid.timeStamping,
  );
}

const refused = (words: RegExp) => (error: unknown) =>
  error instanceof NotationError && error.code === 'CERTIFICATE' && words.test(error.message);

describe('a chain is refused for', () => {
  for (const place of [0, 1, 2] as const)
    test(`a critical extension that nobody knows, at place ${place}`, () =>
      assert.rejects(check(chainWith(place, unknown)), refused(/CN=(leaf|intermediate 1|root).*found 1\.2\.3\.4/)));
  test('policy constraints, critical or not', async () => {
    const value = sequence(element(0x80, Uint8Array.of(0)));
    for (const critical of [true, false])
      await assert.rejects(check(chainWith(1, extension('2.5.29.36', value, critical))), refused(/found 2\.5\.29\.36/));
  });
  test('an authority for another purpose', () =>
    assert.rejects(check(chainWith(1, extendedKeyUsage([extendedKeyUsageOid.codeSigning]))), refused(/found 1\.3\.6\.1\.5\.5\.7\.3\.3/)));
  test('a name that is not permitted', () =>
    assert.rejects(
      check(chainWith(2, constraints('permitted', 'example.com'), ['tsa.example.org'])),
      refused(/found dns "tsa.example.org", which is not permitted/),
    ));
  test('a name that is excluded', () =>
    assert.rejects(
      check(chainWith(1, constraints('excluded', 'example.com'), ['ok.example.org', 'TSA.Example.com'])),
      refused(/found dns "TSA.Example.com", which is excluded/),
    ));
  test('more names and constraints than can be compared', async () => {
    const many = Array.from({ length: 400 }, (_, index) => `n${index}.example.com`);
    const few = ['example.com'];
    await Promise.all([
      assert.rejects(check(chainWith(2, constraints('permitted', ...many), many)), refused(/expected fewer names and constraints/)),
      assert.rejects(check(chainWith(2, constraints('permitted', ...many), ['a'.repeat(20_000)])), refused(/expected fewer names/)),
      assert.rejects(check(chainWith(2, constraints('permitted', 'a'.repeat(20_000)), many)), refused(/expected fewer names/)),
      check(chainWith(2, constraints('permitted', ...many.slice(0, 100), ...few), few)),
    ]);
  });
});

describe('a chain is accepted with', () => {
  test('names that are permitted', () => check(chainWith(2, constraints('permitted', 'example.com'), ['example.com', 'tsa.example.com'])));
  test('any purpose', () => check(chainWith(1, extendedKeyUsage([extendedKeyUsageOid.anyExtendedKeyUsage]))));
  for (const [name, oid, value] of [
    ['alternative names', '2.5.29.17', sequence(element(0x82, dns('tsa.example.com')))],
    ['policies', '2.5.29.32', sequence(sequence(element(0x06, Uint8Array.of(0x2a, 0x03))))],
    ['places of CRLs', '2.5.29.31', sequence()],
  ] as const)
    test(`critical ${name}`, () => check(chainWith(0, extension(oid, value))));
  test('an authority that issued itself a certificate with a name that is not permitted to others', async () => {
    const renewed = { extensions: [...ofCa, altNames('tsa.example.org')] };
    const above = { extensions: [...ofCa, constraints('permitted', 'example.com')] };
    const free = (change: object) => mintChain({ purpose: 'timestamping', changes: [{}, { ...renewed, ...change }, above] });
    await check(free({ subject: subjectOf('root') }));
    await assert.rejects(check(free({})), refused(/found dns "tsa.example.org", which is not permitted/));
  });
  test('an extension that nobody knows and nobody must', () => check(chainWith(0, { ...unknown, critical: false })));
});

test('timestamp tokens are held to it', async () => {
  const message = Buffer.from('signature');
  const verify = async (chain: readonly Holder[]) =>
    checkTimestampToken(parseTimestampToken(await makeToken({ message, chain })), {
      message,
      roots: chain.slice(-1).map(({ certificate }) => certificate),
    });
  await verify(await chainWith(1, { ...unknown, critical: false }));
  await assert.rejects(verify(await chainWith(1, unknown)), /found 1\.2\.3\.4/);
});

test('chains of signers are not: nothing but three extensions is looked at', async () => {
  const changes = [{}, { extensions: [...ofCa, unknown] }];
  const chain = (await mintChain({ changes })).map(({ certificate }) => certificate);
  checkCodeSigningChain(chain);
});
