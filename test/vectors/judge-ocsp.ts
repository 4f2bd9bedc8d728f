// Verdicts about revocation by OCSP, as the vectors of other projects state them.
import assert from 'node:assert/strict';
import { NotationError } from '../../src/core/error.ts';
import type { Http } from '../../src/core/ports.ts';
import { levels } from '../../src/policy/level.ts';
import { openRevocation } from '../../src/revocation/ask.ts';
import { openCrlCache } from '../../src/revocation/crl-cache.ts';
import { disk } from '../../src/store/disk.ts';
import { judgeRevocation } from '../../src/verify/revocation.ts';
import { verifySignature } from '../../src/verify/signature.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { checkOcspResponse } from '../../src/x509/ocsp/check.ts';
import { parseOcspResponse } from '../../src/x509/ocsp/response.ts';
import type { RevocationQuestion, RevocationReport } from '../../src/x509/revocation/report.ts';
import { opensslCrl } from '../support/crl-server.ts';
import { makeEnvelope } from '../support/envelopes.ts';
import { type AnswerWish, invalidityDate, makeOcspResponse } from '../support/ocsp-response.ts';
import { during, type Holder, mintCa, mintChain } from '../support/pki.ts';
import { mintResponder, mintRevocable, mintRevocableCa } from '../support/revocable.ts';
import { readVector, rowOf, type VectorCase } from '../support/third-party.ts';
import { leafIs, portsOf, statementOf } from '../support/verification.ts';

/**
 * Puts one case of group ocsp to the code that judges it; facts beside the verdict are asserted.
 * @throws NotationError when our verdict is invalid: the certificate is revoked, or it is not told whether it is
 */
export async function judgeOcsp(one: VectorCase): Promise<void> {
  const judge = judges.find(([ids]) => ids.test(one.id))?.[1];
  assert.ok(judge, `no judge for ${one.id}`);
  await judge(one);
}

type Judge = (one: VectorCase) => unknown;

const judges: readonly (readonly [ids: RegExp, judge: Judge])[] = [
  [/^ocsp-bssl-/, judgeBundle],
  [/^ocsperr-/, (one) => parseOcspResponse(Buffer.from(rowOf<{ readonly body: string }>(one).input.body, 'hex'))],
  [/^ocspchain-/, judgeChain],
  [/^ocsp-chain-missing-/, judgeBrokenChain],
  [/^ocsp-(timeout|http-500|no-pkix-nocheck)$/, judgeResponder],
  [/^revfinal-/, judgeFinal],
  [/^revpolicy-/, judgePolicy],
  [/^ocsp-e2e-/, judgeServed],
];

/** A response, the issuer and the certificate in one PEM file. */
function judgeBundle({ files, params }: VectorCase): void {
  const text = Buffer.from(readVector(files[0]?.path ?? '')).toString('latin1');
  const block = (name: string) => Buffer.from(new RegExp(`-----BEGIN ${name}-----([^-]+)-----END`).exec(text)?.[1] ?? '', 'base64');
  const response = parseOcspResponse(block('OCSP RESPONSE'));
  const [issuer, certificate] = [parseCertificate(block('CA CERTIFICATE')), parseCertificate(block('CERTIFICATE'))];
  const { status } = checkOcspResponse(response, { certificate, issuer, now: new Date(String(params?.['time'])) });
  if (status.kind !== 'good') throw new NotationError('REVOKED', status.kind);
}

interface ChainRow {
  readonly responses: readonly ('good' | 'unknown' | 'revoked')[];
  readonly invalidityDate: '+1h' | null;
}

const hour = 3_600_000;

/** Six certificates, whose five responders answer one each. */
async function judgeChain(one: VectorCase): Promise<void> {
  const { input, expected } = rowOf<ChainRow>(one);
  const chain = await mintLong(input.responses.length + 1);
  const extensions = input.invalidityDate ? [invalidityDate(new Date(during.getTime() + hour))] : [];
  const answers = chain.slice(0, -1).map((holder, index) => {
    const [signer, status] = [chain[index + 1] as Holder, input.responses[index] ?? 'unknown'];
    const answer: AnswerWish = { certificate: holder.certificate, issuer: signer.certificate, status, extensions };
    return () => makeOcspResponse({ signer, answers: [answer] });
  });
  const report = await ask(chain, (url) => answers[Number(url.hostname.split('.')[0]?.slice(1))]?.() ?? 404, during);
  assert.deepEqual(report.certificates.map(upstreamStatus), expected['results']);
  await conclude(report);
}

const upstreamNames = { good: 'ok', revoked: 'revoked', unknown: 'unknown' } as const;

function upstreamStatus(status: RevocationReport['certificates'][number]): string {
  return status.status === 'not revocable' ? `nonRevokable (${status.why})` : upstreamNames[status.status];
}

async function mintLong(length: number): Promise<readonly Holder[]> {
  const holders = [await mintCa('root', undefined)];
  for (let place = length - 2; place >= 0; place -= 1) {
    const [issuer, urls] = [holders[0] as Holder, { ocsp: [`http://r${place}.test/`] }];
    holders.unshift(await (place === 0 ? mintRevocable('leaf', issuer, urls) : mintRevocableCa(`ca ${place}`, issuer, urls)));
  }
  return holders;
}

async function judgeBrokenChain({ id }: VectorCase): Promise<void> {
  const [leaf, intermediate, root] = (await mintChain()) as readonly [Holder, Holder, Holder];
  await ask(id.endsWith('root') ? [leaf, intermediate] : [leaf, root], () => 404);
}

async function judgeResponder({ id }: VectorCase): Promise<void> {
  const root = await mintCa('root', undefined);
  const leaf = await mintRevocable('leaf', root, { ocsp: ['http://ocsp.test/'] });
  const signer = await mintResponder('responder', root, { nocheck: false });
  const answer = { certificate: leaf.certificate, issuer: root.certificate };
  const good = () => makeOcspResponse({ signer, answers: [answer], certificates: [signer.certificate.der] });
  const says = { 'ocsp-timeout': 'silence', 'ocsp-http-500': 500 } as const;
  await conclude(await ask([leaf, root], () => says[id as keyof typeof says] ?? good()));
}

interface FinalRow {
  readonly leaf: { readonly ocsp: string; readonly crl?: string };
  readonly intermediate?: { readonly ocsp: string };
}

async function judgeFinal(one: VectorCase): Promise<void> {
  const { input, expected } = rowOf<FinalRow>(one);
  const root = await mintCa('root', undefined);
  const intermediate = await mintRevocableCa('intermediate', root, { ocsp: input.intermediate ? ['http://upper.test/'] : [] });
  const leaf = await mintRevocable('leaf', intermediate, { ocsp: ['http://leaf.test/'], crl: input.leaf.crl ? ['http://crl.test/'] : [] });
  const report = await ask([leaf, intermediate, root], ({ hostname }) => {
    if (hostname === 'crl.test') return crlOf(intermediate, input.leaf.crl === 'revoked' ? [leaf] : []);
    return hostname === 'leaf.test' ? say(input.leaf.ocsp, leaf, intermediate) : say(input.intermediate?.ocsp ?? '', intermediate, root);
  });
  const [told] = report.certificates;
  if (expected['method'] === 'OCSP fallback CRL') assert.ok(told && 'source' in told && told.source.method === 'CRL');
  await conclude(report);
}

function say(status: string, { certificate }: Holder, signer: Holder): Said {
  if (status !== 'unknown' && status !== 'revoked') return 500;
  return makeOcspResponse({ signer, answers: [{ certificate, issuer: signer.certificate, status }] });
}

async function crlOf(ca: Holder, revoked: readonly Holder[]): Promise<Uint8Array> {
  const [thisUpdate, nextUpdate] = [new Date(during.getTime() - hour), new Date(during.getTime() + hour)];
  return opensslCrl({ ca, thisUpdate, nextUpdate, revoked: revoked.map(({ certificate }) => [certificate, {}]) });
}

interface PolicyRow {
  readonly override: { readonly revocation: 'enforce' | 'skip' };
}

/** A good signature by a certificate that is revoked. */
async function judgePolicy(one: VectorCase): Promise<void> {
  const { revocation } = rowOf<PolicyRow>(one).input.override;
  const { bytes, chain } = await makeEnvelope({ format: 'jws' });
  const root = chain.at(-1)?.certificate;
  assert.ok(root);
  const outcome = await verifySignature(
    { mediaType: 'application/jose+json', envelope: bytes },
    {
      statement: statementOf({ actions: { ...levels.strict, authenticity: 'log', revocation } }),
      checkSubject: () => undefined,
      userMetadata: {},
    },
    portsOf({ stores: { 'ca:test': [root] }, revocation: leafIs('revoked') }),
  );
  if (outcome.status === 'rejected') throw outcome.error;
}

/** A response that upstream's openssl made, for the certificate that names its place. */
async function judgeServed({ files }: VectorCase): Promise<void> {
  const [response = '', chain = ''] = files.map(({ path }) => path);
  const certificates = parseCertificates(readVector(chain), chain);
  const now = new Date('2026-12-01T00:00:00Z');
  const said = ({ href }: URL): Said => (href.startsWith('http://localhost:10087/') ? Promise.resolve(readVector(response)) : 404);
  await conclude(await askAt(now, { chain: certificates }, said));
}

/** What is at a URL: an answer, a status that is none, or nobody who answers. */
type Said = Promise<Uint8Array> | number | 'silence';

function ask(holders: readonly Holder[], said: (url: URL) => Said, authenticSigningTime?: Date): Promise<RevocationReport> {
  const chain = holders.map(({ certificate }) => certificate);
  return askAt(during, { chain, ...(authenticSigningTime && { authenticSigningTime }) }, said);
}

function askAt(now: Date, question: RevocationQuestion, said: (url: URL) => Said): Promise<RevocationReport> {
  const log = () => undefined;
  const cache = openCrlCache({ files: disk, write: async () => undefined, now: () => now, log });
  return openRevocation({ http: telling(said), now: () => now, cache, log, ocspPatienceMs: 200 })(question);
}

function telling(said: (url: URL) => Said): Http {
  return {
    send: async ({ url, signal }) => {
      const answer = said(new URL(url));
      if (answer === 'silence') return silence(signal);
      if (typeof answer === 'number') return { status: answer, headers: {}, body: new Uint8Array() };
      return { status: 200, headers: {}, body: await answer };
    },
    warm: () => undefined,
  };
}

async function silence(signal: AbortSignal | undefined): Promise<never> {
  // Its own timer keeps no process from ending.
  const alive = setInterval(() => undefined, 1000);
  await new Promise((resolve) => signal?.addEventListener('abort', resolve));
  clearInterval(alive);
  throw new NotationError('TIMEOUT', 'no answer');
}

async function conclude(report: RevocationReport): Promise<void> {
  const verdict = await judgeRevocation({ chain: [] }, async () => report);
  if (verdict.result === 'failed') throw verdict.error;
}
