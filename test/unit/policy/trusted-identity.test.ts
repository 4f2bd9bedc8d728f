// Whom a statement trusts, and who signed (trust policy specification § Trusted Identities Constraints).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { matchIdentity, parseTrustedIdentities } from '../../../src/policy/trusted-identity.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import type { NameDraft } from '../../../src/x509/issue/issue.ts';
import { mintLeaf } from '../../support/pki.ts';

const usual: NameDraft = [
  ['C', 'US'],
  ['ST', 'WA'],
  ['L', 'Seattle'],
  ['O', 'acme, inc'],
  ['CN', 'release'],
];

const leafOf = async (subject: NameDraft): Promise<Certificate> =>
  (await mintLeaf('leaf', undefined, { subject, issuer: subject })).certificate;
const parse = (...texts: readonly string[]) => parseTrustedIdentities(texts, 'policy.json');

test('every attribute that is listed must be the same, and no other counts', async () => {
  const leaf = await leafOf(usual);
  for (const text of [
    'x509.subject: C=US, ST=WA, O=acme\\, inc',
    'x509.subject:CN=release,O=acme\\, inc,S=WA,C=US',
    'x509.subject: C=US, ST=WA, L=Seattle, O=acme\\2C inc, CN=release',
  ]) {
    const match = matchIdentity(parse('x509.subject: C=DE, ST=WA, O=acme', text), leaf);
    assert.ok(match.kind === 'subject' && match.text === text);
  }
  for (const text of [
    'x509.subject: C=US, ST=WA, O=acme',
    'x509.subject: C=US, ST=WA, O=Acme\\, inc',
    'x509.subject: C=US, ST=WA, O=acme\\, inc, OU=x',
    'x509.subject: C=US, ST=WA, O=acme\\, inc, CN=release\\ ',
    'x509.subject: C=US, ST=WA, O=acme\\,  inc',
  ]) {
    refuses(() => matchIdentity(parse(text), leaf), 'found "CN=release,O=acme\\\\, inc,L=Seattle,ST=WA,C=US"');
  }
});

test('* trusts anybody, whatever the subject', async () => {
  assert.deepEqual(matchIdentity(parse('*'), await leafOf([['CN', 'x']])), { kind: 'any' });
});

test('identities of other kinds trust nobody here', async () => {
  const leaf = await leafOf(usual);
  refuses(
    () => matchIdentity(parse('cloud.role:release'), leaf),
    'expected a subject that a trusted identity of the trust policy allows ("cloud.role:release")',
  );
  assert.equal(matchIdentity(parse('cloud.role:release', 'x509.subject: C=US, ST=WA, O=acme\\, inc'), leaf).kind, 'subject');
});

test('a subject that no trusted identity could have satisfies none but *', async () => {
  const any = parse('x509.subject: C=US, ST=WA, O=acme\\, inc');
  const strange: readonly NameDraft[] = [
    usual.filter(([type]) => type !== 'ST'),
    [...usual, ['CN', 'other']],
    [...usual, ['O', 'acme, inc']],
    [...usual, ['OU', 'a'], ['OU', 'b']],
    [...usual, ['emailAddress', 'a@example.com']],
  ];
  for (const subject of strange) {
    const leaf = await leafOf(subject);
    refuses(() => matchIdentity(any, leaf), 'expected a subject that a trusted identity of the trust policy allows');
    assert.equal(matchIdentity(parse('*'), leaf).kind, 'any');
  }
});

test('a message tells of few identities', async () => {
  const leaf = await leafOf(usual);
  const five = Array.from({ length: 5 }, (_, index) => `x509.subject: C=US, ST=WA, O=o${index}`);
  assert.throws(
    () => matchIdentity(parse(...five), leaf),
    (error) => error instanceof NotationError && error.message.includes('O=o3", "x509.subject: C=US, ST=WA, O=o4")'),
  );
  const many = Array.from({ length: 3000 }, (_, index) => `x509.subject: C=US, ST=WA, O=o${index}`);
  assert.throws(
    () => matchIdentity(parse(...many), leaf),
    (error) => error instanceof NotationError && error.message.includes('O=o4", 2995 more)') && error.message.length < 1000,
  );
  refuses(() => matchIdentity(parse(...many.slice(0, 5)), leaf), 'O=o4"), found');
});

test('an overlap is found among thousands', () => {
  const many = Array.from({ length: 3000 }, (_, index) => `x509.subject: C=US, ST=WA, O=o${index}, CN=x`);
  assert.equal(parse(...many).length, 3000);
  assert.throws(
    () => parse(...many, 'x509.subject: O=o2999, ST=WA, C=US'),
    /found "x509.subject: O=o2999, ST=WA, C=US" and "x509.subject: C=US, ST=WA, O=o2999, CN=x"/,
  );
});

test('an overlap is found wherever the two stand', () => {
  const [plain, other, more] = ['C=US, ST=WA, O=a', 'C=US, ST=WA, O=b', 'C=US, ST=WA, O=a, CN=c'].map(
    (name) => `x509.subject: ${name}`,
  ) as [string, string, string];
  const again = 'x509.subject: O=a, ST=WA, C=US';
  assert.throws(() => parse(plain, again, other), new RegExp(`found "${plain}" and "${again}"$`));
  assert.throws(() => parse(plain, other, again), new RegExp(`found "${plain}" and "${again}"$`));
  for (const texts of [
    [plain, other, more],
    [more, plain, other],
    [other, more, plain],
  ])
    assert.throws(() => parse(...texts), new RegExp(`found "${plain}" and "${more}"$`));
});

test('an overlap with the first of several of a kind is found', () => {
  const short = ['a', 'b', 'c'].map((name) => `x509.subject: C=US, ST=WA, O=${name}`);
  for (const name of ['a', 'b', 'c']) assert.throws(() => parse(...short, `x509.subject: C=US, ST=WA, O=${name}, CN=x`), /found "x509/);
  assert.equal(parse(...short, 'x509.subject: C=US, ST=WA, O=d, CN=x', 'x509.subject: C=US, ST=WA, O=e, CN=x').length, 5);
});

test('identities without a conflict do not overlap unless one has all of the other', () => {
  assert.equal(parse('x509.subject: C=US, ST=WA, O=a, OU=b', 'x509.subject: C=US, ST=WA, O=a, CN=c').length, 2);
});

function refuses(match: () => unknown, words: string): void {
  assert.throws(match, (error) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.equal(error.code, 'UNTRUSTED');
    assert.ok(error.message.includes(words), error.message);
    return true;
  });
}
