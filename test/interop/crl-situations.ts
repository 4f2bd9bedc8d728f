// What CRLs may say and how servers may fail, with the verdicts of ours and of notation.
import { type CrlHabit, type CrlServer, type CrlWish, crlHabits, opensslCrl } from '../support/crl-server.ts';
import type { Revocation } from '../support/ocsp-responder.ts';
import { type Holder, mintCa } from '../support/pki.ts';
import { freePort } from '../support/server.ts';

export type CrlVerdict = 'good' | 'revoked' | 'unknown';

export interface CrlSituation {
  /** Where notation says otherwise, with the rule that it does not keep. */
  readonly name: string;
  readonly verdict: CrlVerdict;
  /** notation's, where it is another. */
  readonly notation?: CrlVerdict;
  /** Publishes CRLs, spoils the server; `file` is a name that no other situation has. */
  readonly prepare: (leaf: Holder, file: string) => unknown;
  /** Of the leaf's distribution points; the server's `file` unless said. */
  readonly urls?: (file: string) => readonly string[] | Promise<readonly string[]>;
}

const hour = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * hour);
const expired = { thisUpdate: ago(2), nextUpdate: ago(1) };
const revoked = (leaf: Holder, how: Revocation) => ({ revoked: [[leaf.certificate, how]] as const });
const held = (hours: number) => ({ reason: 'certificateHold', at: ago(hours) });
const removed = (hours: number) => ({ reason: 'removeFromCRL', at: ago(hours) });
const scope = (line: string) => ({ extensions: ['issuingDistributionPoint=critical,@idp'], sections: `[idp]\n${line}\n` });
const moved: CrlHabit = async (crl, path) => (crl ? { body: crl } : { status: 302, headers: { location: `/moved-${path.slice(1)}` } });

/** Situations for certificates that `ca` issues, with their CRLs at `server`. */
export function crlSituations(server: CrlServer, ca: Holder): readonly CrlSituation[] {
  const publish = (file: string, wish: Omit<CrlWish, 'ca'> & { readonly ca?: Holder } = {}) =>
    server.publish(file, opensslCrl({ ca, ...wish }));
  return [
    ...ofEntries(publish),
    ...ofLists(publish, server),
    ...ofScopes(publish, server),
    ...ofDeltas(publish, server),
    ...ofServers(publish, server),
    ...ofSeveral(publish, server),
  ];
}

type Publish = (file: string, wish?: Omit<CrlWish, 'ca'> & { readonly ca?: Holder }) => void;

const ofEntries = (publish: Publish): readonly CrlSituation[] => {
  const listed = (how: Revocation) => (leaf: Holder, file: string) => publish(file, revoked(leaf, how));
  return [
    { name: 'not listed', verdict: 'good', prepare: (_, file) => publish(file) },
    { name: 'listed', verdict: 'revoked', prepare: listed({}) },
    { name: 'listed with a reason', verdict: 'revoked', prepare: listed({ reason: 'superseded' }) },
    { name: 'listed for a later invalidity date', verdict: 'revoked', prepare: listed({ invalidityDate: ago(-1) }) },
    { name: 'on hold', verdict: 'revoked', prepare: listed(held(1)) },
    { name: 'removed in a complete CRL (RFC 5280 §5.3.1)', verdict: 'unknown', notation: 'good', prepare: listed(removed(1)) },
  ];
};

const ofLists = (publish: Publish, server: CrlServer): readonly CrlSituation[] => {
  const made = (wish: Omit<CrlWish, 'ca'>) => (_: Holder, file: string) => publish(file, wish);
  const by = (name: string, spec: 'EC-256' | 'EC-384') => async (_: Holder, file: string) =>
    publish(file, { ca: await mintCa(name, undefined, {}, spec) });
  return [
    { name: 'expired', verdict: 'unknown', prepare: made(expired) },
    {
      name: 'expired, and listed (REV-015)',
      verdict: 'revoked',
      notation: 'unknown',
      prepare: (leaf, file) => publish(file, { ...expired, ...revoked(leaf, {}) }),
    },
    { name: 'made in the future', verdict: 'unknown', notation: 'good', prepare: made({ thisUpdate: ago(-1) }) },
    { name: 'wrong issuer', verdict: 'unknown', prepare: by('another CA', 'EC-256') },
    { name: 'right name, wrong key', verdict: 'unknown', prepare: by('CRL CA', 'EC-384') },
    { name: 'signed over SHA-1', verdict: 'unknown', notation: 'good', prepare: made({ digest: 'sha1' }) },
    { name: 'unknown critical extension', verdict: 'unknown', prepare: made({ extensions: ['1.2.3.4=critical,ASN1:NULL'] }) },
    { name: 'unknown extension', verdict: 'good', prepare: made({ extensions: ['1.2.3.4=ASN1:NULL'] }) },
    {
      name: 'bytes after it (X.690 §8)',
      verdict: 'unknown',
      notation: 'good',
      prepare: (_, file) => {
        publish(file);
        server.behave(async (crl) => ({ body: Buffer.concat([crl ?? Buffer.of(), Buffer.of(0)]) }));
      },
    },
  ];
};

const ofScopes = (publish: Publish, server: CrlServer): readonly CrlSituation[] => {
  const scoped = (line: string) => (_: Holder, file: string) => publish(file, scope(line));
  const ignored = { verdict: 'unknown', notation: 'good' } as const;
  return [
    { name: 'for end entities', verdict: 'good', prepare: scoped('onlyuser=TRUE') },
    { name: 'for authorities (RFC 5280 §6.3.3)', ...ignored, prepare: scoped('onlyCA=TRUE') },
    { name: 'for attribute certificates (RFC 5280 §6.3.3)', ...ignored, prepare: scoped('onlyAA=TRUE') },
    { name: 'for some reasons (RFC 5280 §6.3.3)', ...ignored, prepare: scoped('onlysomereasons=keyCompromise') },
    { name: 'indirect (REV-011)', ...ignored, prepare: scoped('indirectCRL=TRUE') },
    { name: 'for this place', verdict: 'good', prepare: (_, file) => publish(file, scope(`fullname=URI:${server.url}${file}`)) },
    { name: 'for another place (RFC 5280 §6.3.3)', ...ignored, prepare: scoped('fullname=URI:http://elsewhere/ca.crl') },
  ];
};

const ofDeltas = (publish: Publish, server: CrlServer): readonly CrlSituation[] => {
  type Wish = Omit<CrlWish, 'ca'>;
  const pair = (base: (leaf: Holder) => Wish, delta?: (leaf: Holder) => Wish) => (leaf: Holder, file: string) => {
    publish(file, { number: 10, freshest: [`${server.url}delta-${file}`], ...base(leaf) });
    if (delta) publish(`delta-${file}`, { number: 11, baseNumber: 10, ...delta(leaf) });
  };
  const plain = () => ({});
  return [
    { name: 'delta CRL without changes', verdict: 'good', prepare: pair(plain, plain) },
    { name: 'listed in the delta CRL', verdict: 'revoked', prepare: pair(plain, (leaf) => revoked(leaf, {})) },
    { name: 'on hold in the delta CRL', verdict: 'revoked', prepare: pair(plain, (leaf) => revoked(leaf, held(1))) },
    {
      name: 'a hold lifted',
      verdict: 'good',
      prepare: pair(
        (leaf) => revoked(leaf, held(2)),
        (leaf) => revoked(leaf, removed(1)),
      ),
    },
    {
      name: 'a hold lifted before',
      verdict: 'revoked',
      prepare: pair(
        (leaf) => revoked(leaf, held(1)),
        (leaf) => revoked(leaf, removed(2)),
      ),
    },
    {
      name: 'a revocation lifted',
      verdict: 'revoked',
      prepare: pair(
        (leaf) => revoked(leaf, {}),
        (leaf) => revoked(leaf, removed(1)),
      ),
    },
    { name: 'no delta CRL', verdict: 'unknown', prepare: pair(plain) },
    { name: 'delta CRL expired', verdict: 'unknown', prepare: pair(plain, () => expired) },
    { name: 'delta CRL for a later CRL', verdict: 'unknown', prepare: pair(plain, () => ({ number: 12, baseNumber: 11 })) },
    { name: 'delta CRL as old as its CRL', verdict: 'unknown', prepare: pair(plain, () => ({ number: 10, baseNumber: 9 })) },
    {
      name: 'a delta CRL in the place of a complete one (RFC 5280 §5.2.4)',
      verdict: 'unknown',
      notation: 'good',
      prepare: (_, file) => publish(file, { number: 11, baseNumber: 10 }),
    },
  ];
};

const ofServers = (publish: Publish, server: CrlServer): readonly CrlSituation[] => {
  const behaving = (habit: CrlHabit) => (_: Holder, file: string) => {
    publish(file);
    server.behave(habit);
  };
  const unknown = (name: string, habit: CrlHabit): CrlSituation => ({ name, verdict: 'unknown', prepare: behaving(habit) });
  return [
    unknown('status 404', crlHabits.notFound),
    unknown('status 500', crlHabits.broken),
    unknown('garbage', crlHabits.garbage),
    unknown('nothing', crlHabits.empty),
    unknown('PEM', crlHabits.pem),
    unknown('never an answer', crlHabits.silent),
    {
      name: 'redirected',
      verdict: 'good',
      prepare: (_, file) => {
        publish(`moved-${file}`);
        server.behave(moved);
      },
    },
    { name: 'dead', verdict: 'unknown', prepare: () => undefined, urls: async () => [`http://127.0.0.1:${await freePort()}/ca.crl`] },
    { name: 'https', verdict: 'unknown', prepare: () => undefined, urls: () => ['https://127.0.0.1:1/ca.crl'] },
  ];
};

const ofSeveral = (publish: Publish, server: CrlServer): readonly CrlSituation[] => {
  const urls = (file: string) => [`${server.url}${file}`, `${server.url}second-${file}`];
  const first = (_: Holder, file: string) => publish(file);
  const second = (_: Holder, file: string) => publish(`second-${file}`);
  const inSecond = (leaf: Holder, file: string) => publish(`second-${file}`, revoked(leaf, {}));
  const both = (leaf: Holder, file: string) => [first(leaf, file), second(leaf, file)];
  return [
    { name: 'two that are good', verdict: 'good', urls, prepare: both },
    { name: 'the second cannot be had', verdict: 'unknown', urls, prepare: first },
    { name: 'the first cannot be had', verdict: 'unknown', urls, prepare: second },
    { name: 'the second lists it', verdict: 'revoked', urls, prepare: (leaf, file) => [first(leaf, file), inSecond(leaf, file)] },
    { name: 'the first cannot be had and the second lists it', verdict: 'revoked', notation: 'unknown', urls, prepare: inSecond },
  ];
};
