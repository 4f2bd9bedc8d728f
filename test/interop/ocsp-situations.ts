// What responders may say and how they may fail, with the verdicts of ours and of notation.
import { nullValue } from '../../src/x509/asn1/der-encode.ts';
import { type CrlServer, crlHabits, opensslCrl } from '../support/crl-server.ts';
import {
  type OcspHabit,
  type OcspResponder,
  type OcspResponderWish,
  type Revocation,
  startOcspResponder,
} from '../support/ocsp-responder.ts';
import { type AnswerWish, certificateId, makeOcspResponse, type ResponseWish } from '../support/ocsp-response.ts';
import { type Holder, mintCa, mintLeaf } from '../support/pki.ts';
import { mintResponder, mintRevocable, mintRevocableCa, type ResponderChange, type SourceUrls } from '../support/revocable.ts';
import { freePort } from '../support/server.ts';

export type RevocationVerdict = 'good' | 'revoked' | 'unknown';

export interface OcspSituation {
  /** Where notation says otherwise, with the rule that it does not keep. */
  readonly name: string;
  readonly verdict: RevocationVerdict;
  /** notation's, where it is another. */
  readonly notation?: RevocationVerdict;
  /** Makes the certificates that are asked about, and those who answer; the chain, leaf first. */
  readonly prepare: (place: Place) => Promise<readonly Holder[]>;
  /** The scheme is the signing authority's then. */
  readonly authenticSigningTime?: Date;
}

/** Where a situation is. */
export interface Place {
  readonly root: Holder;
  /** Answers for the root's certificates, and signs with the root's key. */
  readonly responder: OcspResponder;
  readonly crls: CrlServer;
  /** Starts another, which ends with the situation. */
  readonly open: (wish: Partial<OcspResponderWish>) => Promise<OcspResponder>;
}

/** Situations for certificates below a place's root. */
export function ocspSituations(): readonly OcspSituation[] {
  return [...ofStatuses(), ...ofServers(), ...ofAnswers(), ...ofSigners(), ...ofSources(), ...ofInvalidity()];
}

type Marked = 'good' | 'unknown' | Revocation;

const hour = 3_600_000;
const ago = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 - hours * hour);

function ofStatuses(): readonly OcspSituation[] {
  const says = (status: Marked) => (place: Place) => leafOf(place, status);
  return [
    { name: 'good', verdict: 'good', prepare: says('good') },
    { name: 'not known', verdict: 'unknown', prepare: says('unknown') },
    { name: 'revoked', verdict: 'revoked', prepare: says({}) },
    { name: 'revoked with a reason', verdict: 'revoked', prepare: says({ reason: 'superseded' }) },
    { name: 'on hold', verdict: 'revoked', prepare: says({ reason: 'certificateHold' }) },
    { name: 'removed from the list of the revoked', verdict: 'revoked', prepare: says({ reason: 'removeFromCRL' }) },
    { name: 'revoked, with an invalidity date to come', verdict: 'revoked', prepare: says({ invalidityDate: ago(-1) }) },
  ];
}

function ofServers(): readonly OcspSituation[] {
  const behaving = (habit: OcspHabit) => async (place: Place) => {
    place.responder.behave(habit);
    return leafOf(place, 'good');
  };
  const at = (url: string | Promise<string>) => async (place: Place) => leafOf(place, 'good', { ocsp: [await url] });
  const unknown = (name: string, habit: OcspHabit): OcspSituation => ({ name, verdict: 'unknown', prepare: behaving(habit) });
  return [
    unknown('status 404', async () => ({ status: 404 })),
    unknown('status 500', async () => ({ status: 500 })),
    unknown('garbage', async () => ({ body: Buffer.from('<html>no</html>') })),
    unknown('nothing', async () => ({})),
    unknown('never an answer', async () => 'silence'),
    unknown('to be tried later', async () => ({ body: Buffer.from('30030a0103', 'hex') })),
    unknown('too long', async (answer) => ({ body: Buffer.concat([await answer(), Buffer.alloc(20_480)]) })),
    unknown('cut off', async (answer) => ({ body: (await answer()).subarray(0, -1) })),
    unknown('redirected for ever', async (_, { url }) => ({ status: 302, headers: { location: `${url}0` } })),
    {
      name: 'redirected',
      verdict: 'good',
      prepare: behaving(async (answer, { url }) =>
        url?.startsWith('/there') ? { body: await answer() } : { status: 302, headers: { location: `/there${url}` } },
      ),
    },
    {
      name: 'status 202',
      verdict: 'unknown',
      prepare: behaving(async (answer) => ({ status: 202, body: await answer() })),
    },
    { name: 'dead', verdict: 'unknown', prepare: async (place) => at(deadUrl())(place) },
    { name: 'https', verdict: 'unknown', prepare: at('https://127.0.0.1:1/') },
  ];
}

function ofAnswers(): readonly OcspSituation[] {
  const crafted = (change: (own: AnswerWish) => Partial<ResponseWish>) => async (place: Place) => {
    const chain = await leafOf(place, 'good');
    place.responder.behave(async () => ({ body: await craft(place.root, chain[0], change) }));
    return chain;
  };
  const answered = (change: Partial<AnswerWish>) => crafted((own) => ({ answers: [{ ...own, ...change }] }));
  const critical = { oid: '1.2.3.4', critical: true, value: nullValue() };
  return [
    { name: 'as we make them', verdict: 'good', prepare: answered({}) },
    { name: 'over', verdict: 'unknown', prepare: answered({ thisUpdate: ago(2), nextUpdate: ago(1) }) },
    { name: 'over, and revoked', verdict: 'unknown', prepare: answered({ status: 'revoked', thisUpdate: ago(2), nextUpdate: ago(1) }) },
    { name: 'without an end', verdict: 'unknown', prepare: answered({ nextUpdate: 'none' }) },
    {
      name: 'made in the future (RFC 6960 §4.2.2.1)',
      verdict: 'unknown',
      notation: 'good',
      prepare: answered({ thisUpdate: ago(-1), nextUpdate: ago(-2) }),
    },
    { name: 'named by SHA-256', verdict: 'good', prepare: answered({ hash: 'sha256' }) },
    {
      name: 'about another certificate',
      verdict: 'unknown',
      prepare: crafted((own) => ({ answers: [{ ...own, certificate: own.issuer }] })),
    },
    {
      name: 'about a namesake of another issuer (RFC 6960 §3.2)',
      verdict: 'unknown',
      notation: 'good',
      prepare: async (place) => {
        const other = await mintCa('another CA', undefined);
        return crafted((own) => ({ answers: [{ ...own, id: certificateId(own.certificate, other.certificate) }] }))(place);
      },
    },
    {
      name: 'good by one name and revoked by another (RFC 6960 §3.2)',
      verdict: 'revoked',
      notation: 'good',
      prepare: crafted((own) => ({ answers: [own, { ...own, hash: 'sha256', status: 'revoked' }] })),
    },
    { name: 'with a critical extension', verdict: 'unknown', prepare: answered({ extensions: [critical] }) },
    {
      name: 'in a response with a critical extension (RFC 6960 §4.4)',
      verdict: 'unknown',
      notation: 'good',
      prepare: crafted(() => ({ extensions: [critical] })),
    },
    { name: 'unsigned', verdict: 'unknown', prepare: crafted(() => ({ signature: () => Buffer.alloc(70) })) },
    {
      name: 'made good of unknown after it was signed',
      verdict: 'unknown',
      prepare: async (place) => {
        place.responder.behave(async (answer) => {
          const bytes = Buffer.from(await answer());
          bytes.writeUInt8(0x80, bytes.indexOf(Buffer.of(0x82, 0x00, 0x18, 0x0f)));
          return { body: bytes };
        });
        return leafOf(place, 'unknown');
      },
    },
  ];
}

function ofSigners(): readonly OcspSituation[] {
  const by =
    (change: ResponderChange, options: readonly string[] = []) =>
    async (place: Place) => {
      const responder = await mintResponder('responder', place.root, change);
      return leafOf(place, 'good', {}, await place.open({ responder, options }));
    };
  const signedBy = (signerOf: (place: Place) => Promise<Holder>) => async (place: Place) =>
    leafOf(place, 'good', {}, await place.open({ responder: await signerOf(place) }));
  const checkable = (listed: boolean) => async (place: Place) => {
    const name = `responder-${listed}.crl`;
    const responder = await mintResponder('responder', place.root, { nocheck: false, crlUrls: [`${place.crls.url}${name}`] });
    place.crls.publish(name, opensslCrl({ ca: place.root, revoked: listed ? [[responder.certificate, {}]] : [] }));
    return leafOf(place, 'good', {}, await place.open({ responder }));
  };
  const lax = { verdict: 'unknown', notation: 'good' } as const;
  return [
    { name: 'by whom the issuer lets answer', verdict: 'good', prepare: by({}) },
    { name: 'by whom the issuer lets answer, named by key', verdict: 'good', prepare: by({}, ['-resp_key_id']) },
    { name: 'by whom the issuer lets answer, without a certificate', verdict: 'unknown', prepare: by({}, ['-resp_no_certs']) },
    { name: 'by another of its certificates (RFC 6960 §4.2.2.2)', ...lax, prepare: by({ purposes: ['1.3.6.1.5.5.7.3.3'] }) },
    { name: 'by an expired certificate (RFC 6960 §4.2.2.2)', ...lax, prepare: by({ notAfter: ago(1) }) },
    { name: 'over SHA-1', ...lax, prepare: by({}, ['-rmd', 'sha1']) },
    { name: 'by a certificate without nocheck or CRL', verdict: 'good', prepare: by({ nocheck: false }) },
    { name: 'by a certificate that its CRL does not list', verdict: 'good', prepare: checkable(false) },
    { name: 'by a certificate that its CRL lists (REV-010)', ...lax, prepare: checkable(true) },
    {
      name: 'by another CA',
      verdict: 'unknown',
      prepare: signedBy(() => mintCa('another CA', undefined)),
    },
    {
      name: 'by whom another CA lets answer',
      verdict: 'unknown',
      prepare: signedBy(async () => mintResponder('responder', await mintCa('another CA', undefined))),
    },
    {
      name: 'by the certificate in question, which is revoked (RFC 6960 §4.2.2.2)',
      ...lax,
      prepare: async (place) => {
        const chain = await leafOf(place, {});
        place.responder.behave(async () => ({
          body: await craft(chain[0], chain[0], (own) => ({
            answers: [{ ...own, issuer: place.root.certificate }],
            certificates: [chain[0].certificate.der],
          })),
        }));
        return chain;
      },
    },
    {
      name: 'by an intermediate that sends its own certificate (REV-007)',
      verdict: 'good',
      notation: 'unknown',
      prepare: async (place) => {
        const intermediate = await mintCa('intermediate', place.root);
        const responder = await place.open({ ca: intermediate });
        return [...(await leafUnder(intermediate, 'good', responder)), place.root];
      },
    },
  ];
}

function ofSources(): readonly OcspSituation[] {
  const withCrl = (status: Marked, listed: boolean, habit?: OcspHabit) => async (place: Place) => {
    const name = `${crlCount()}.crl`;
    if (habit) place.responder.behave(habit);
    const chain = await leafOf(place, status, { crl: [`${place.crls.url}${name}`] });
    place.crls.publish(name, opensslCrl({ ca: place.root, revoked: listed ? [[chain[0].certificate, {}]] : [] }));
    return chain;
  };
  const upper = (status: Marked) => async (place: Place) => {
    const intermediate = await mintRevocableCa('intermediate', place.root, { ocsp: [place.responder.url] });
    place.responder.mark(intermediate.certificate, status);
    const lower = await place.open({ ca: intermediate, options: ['-resp_no_certs'] });
    return [...(await leafUnder(intermediate, 'good', lower)), place.root];
  };
  const broken = async () => ({ status: 500 });
  return [
    { name: 'good, whatever the CRL says', verdict: 'good', prepare: withCrl('good', true) },
    { name: 'revoked, whatever the CRL says', verdict: 'revoked', prepare: withCrl({}, false) },
    { name: 'not known, and good by the CRL', verdict: 'good', prepare: withCrl('unknown', false) },
    { name: 'not known, and revoked by the CRL', verdict: 'revoked', prepare: withCrl('unknown', true) },
    { name: 'out of order, and good by the CRL', verdict: 'good', prepare: withCrl('good', false, broken) },
    { name: 'out of order, and revoked by the CRL', verdict: 'revoked', prepare: withCrl('good', true, broken) },
    {
      name: 'out of order like the CRL',
      verdict: 'unknown',
      prepare: async (place) => {
        place.crls.behave(crlHabits.broken);
        return withCrl('good', false, broken)(place);
      },
    },
    {
      name: 'two, of which the first is dead',
      verdict: 'good',
      prepare: async (place) => leafOf(place, 'good', { ocsp: [await deadUrl(), place.responder.url] }),
    },
    {
      name: 'two, of which the first does not know the certificate',
      verdict: 'unknown',
      prepare: async (place) => {
        const first = await place.open({});
        return leafOf(place, 'good', { ocsp: [first.url, place.responder.url] });
      },
    },
    {
      name: 'none',
      verdict: 'good',
      prepare: async ({ root }) => [await mintLeaf('leaf without sources', root), root],
    },
    { name: 'good for the intermediate and the leaf', verdict: 'good', prepare: upper('good') },
    { name: 'revoked for the intermediate', verdict: 'revoked', prepare: upper({ reason: 'CACompromise' }) },
    { name: 'not known for the intermediate', verdict: 'unknown', prepare: upper('unknown') },
  ];
}

// Only a signing authority's time counts (REV-009, AMB-36).
function ofInvalidity(): readonly OcspSituation[] {
  const authenticSigningTime = new Date('2026-06-01T12:00:00Z');
  const from = (seconds: number) => (place: Place) =>
    leafOf(place, { invalidityDate: new Date(authenticSigningTime.getTime() + seconds * 1000) });
  return [
    { name: 'revoked for after the authentic signing time', verdict: 'good', authenticSigningTime, prepare: from(1) },
    { name: 'revoked for the authentic signing time', verdict: 'revoked', authenticSigningTime, prepare: from(0) },
    { name: 'revoked for before the authentic signing time', verdict: 'revoked', authenticSigningTime, prepare: from(-1) },
    { name: 'revoked without an invalidity date', verdict: 'revoked', authenticSigningTime, prepare: (place) => leafOf(place, {}) },
  ];
}

type Pair = readonly [leaf: Holder, issuer: Holder];

/** A leaf below the root, known to its responder. */
async function leafOf(place: Place, status: Marked, urls: SourceUrls = {}, responder = place.responder): Promise<Pair> {
  const leaf = await mintRevocable('leaf', place.root, { ocsp: [responder.url], ...urls });
  responder.mark(leaf.certificate, status);
  return [leaf, place.root];
}

async function leafUnder(issuer: Holder, status: Marked, responder: OcspResponder): Promise<Pair> {
  const leaf = await mintRevocable('leaf', issuer, { ocsp: [responder.url] });
  responder.mark(leaf.certificate, status);
  return [leaf, issuer];
}

function craft(signer: Holder, leaf: Holder, change: (own: AnswerWish) => Partial<ResponseWish>): Promise<Uint8Array> {
  const own = { certificate: leaf.certificate, issuer: signer.certificate, thisUpdate: ago(1), nextUpdate: ago(-1) };
  return makeOcspResponse({ signer, producedAt: ago(1), answers: [own], ...change(own) });
}

async function deadUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}/`;
}

let crlsMade = 0;

/** A number that no other CRL's name has. */
function crlCount(): number {
  crlsMade += 1;
  return crlsMade;
}

/** Opens a place; `close` ends all that was started there. */
export async function openPlace(root: Holder, crls: CrlServer): Promise<Place & { readonly close: () => Promise<void> }> {
  const opened: OcspResponder[] = [];
  const open = async (wish: Partial<OcspResponderWish>) => {
    const responder = await startOcspResponder({ ca: root, ...wish });
    opened.push(responder);
    return responder;
  };
  const responder = await open({});
  return {
    root,
    crls,
    responder,
    open,
    close: async () => {
      crls.behave();
      await Promise.all(opened.map((one) => one.close()));
    },
  };
}
