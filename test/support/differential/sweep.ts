// The sweep: the situations that each run begins with, one for each value of each dimension, beside which nothing is wrong.
import type { Choices } from './dimension.ts';
import { sceneDimensions, signatureDimensions } from './dimensions.ts';

export interface Swept {
  /** How many signatures; what is forced of a signature is so of the first. */
  readonly signatures: number;
  readonly forced: Choices;
}

const each: readonly Swept[] = [...sceneDimensions, ...signatureDimensions].flatMap(({ name, good, bad }) =>
  [...good, ...bad].map((value) => ({ signatures: 1, forced: { [name]: value.name } })),
);

/** What a policy may log: at level audit its words tell whether the same checks failed, although everything is accepted. */
const audited: readonly Swept[] = [...sceneDimensions.filter(({ name }) => /identities|stores/.test(name)), ...signatureDimensions].flatMap(
  ({ name, bad }) => bad.map((value) => ({ signatures: 1, forced: { [name]: value.name, level: 'audit' } })),
);

/** A bad signature beside a good one. */
const beside: readonly Swept[] = signatureDimensions.flatMap(({ name, bad }) =>
  bad.map((value) => ({ signatures: 2, forced: { [name]: value.name } })),
);
const weakAnchors: readonly Swept[] = [1, 2].map((signatures) => ({
  signatures,
  forced: { length: 'a self-signed leaf', 'certificate signature': 'leaf SHA-1' },
}));

/** What a cache holds, beside what the server says. */
const cached: readonly Swept[] = ['CRL: nothing listed', 'CRL: listed', 'a missing CRL', 'CRL: hold, lifted by a delta'].flatMap((crl) =>
  ['a file', 'garbage', 'good CRLs', 'CRLs that list it', 'expired CRLs', 'CRLs by a stranger'].map((cache) => ({
    signatures: 1,
    forced: { 'revocation of the leaf': crl, cache },
  })),
);

/** What notation hears of nowhere else. */
const unheard: Swept = { signatures: 1, forced: { authority: 'Ed25519', 'revocation of the leaf': 'a revoking responder, a good CRL' } };

/** What only one format has, or minds. */
const ofFormat: readonly Swept[] = ['jws', 'cose'].flatMap((format) =>
  [{ 'signature value': 'short salt' }, { attributes: 'crit with a name twice' }, { encoding: 'an attribute in both headers' }].map(
    (forced) => ({
      signatures: 1,
      forced: { ...forced, format },
    }),
  ),
);

/** What is another each time: so often. */
const repeated: readonly Swept[] = [...sceneDimensions, ...signatureDimensions].flatMap(({ name, bad }) =>
  bad
    .filter((value) => isFlip(value.name))
    .flatMap((value) => Array.from({ length: 20 }, () => ({ signatures: 1, forced: { [name]: value.name } }))),
);

/** Whether a value is another each time it is drawn. */
function isFlip(name: string): boolean {
  return /\bbit\b|a character otherwise/.test(name);
}

export const sweep: readonly Swept[] = [...each, ...audited, ...beside, ...weakAnchors, ...cached, unheard, ...ofFormat, ...repeated];

/** The dimensions that vary beside what is forced, the more of them the longer (0 to 1) it could not be so. */
export function variedIn(patience: number): readonly string[] {
  const harmless = ['format', 'key', 'length', 'authority', 'timestamp'];
  return patience < 0.3 ? harmless : [...harmless, 'level', 'expiry', 'validity'];
}

/** Whether what is forced came to be. Of the level strict, unless it is about another. */
export function isSwept({ forced }: Swept, scene: Choices, signature: Choices = {}): boolean {
  const drawn = { ...scene, ...signature };
  const aboutLevel = 'level' in forced || 'override' in forced;
  return (
    Object.entries(forced).every(([name, value]) => drawn[name] === value) &&
    (aboutLevel || drawn['level'] === 'strict' || drawn['level'] === 'skip')
  );
}

/** What verdicts rest on: each value that is wrong in one of these is in every part of a run, but for what is another each time. */
const essential: ReadonlySet<string> = new Set([
  'identities',
  'stores',
  'timestamp stores',
  'arrangement',
  'certificate signature',
  'validity',
  'signing time',
  'expiry',
  'revocation of the leaf',
  'timestamp',
]);
const mostWrong: ReadonlySet<string> = new Set(
  [...sceneDimensions, ...signatureDimensions]
    .filter(({ name }) => essential.has(name))
    .flatMap(({ name, bad }) => bad.filter((value) => !isFlip(value.name)).map((value) => JSON.stringify({ [name]: value.name }))),
);

/**
 * Numbers for a part of a run: of the sweep what is essential, what `mustHave` picks and one of each fifteen others; then a hundred drawn by chance.
 * Another seed picks others.
 */
export function partOf(seed: number, mustHave: (number: number) => boolean): readonly number[] {
  const swept = sweep.flatMap(({ forced, signatures }, number) => {
    const isEssential = signatures === 1 && mostWrong.has(JSON.stringify(forced));
    return isEssential || number % 15 === seed % 15 || mustHave(number) ? [number] : [];
  });
  return [...new Set(swept), ...Array.from({ length: 100 }, (_, index) => sweep.length + index)];
}
