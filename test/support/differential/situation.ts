// Situations: an artifact with signatures, a policy that trusts or does not, and what the world answers; each the same for the same seed and number.
import { type Random, randomFrom } from '../random.ts';
import { goodSignature } from './chain-plan.ts';
import { type Choices, type Drawn, draw, pickWeighted, type Wish } from './dimension.ts';
import { sceneDimensions, signatureDimensions } from './dimensions.ts';
import type { ScenePlan, SignaturePlan } from './plan.ts';
import { goodScene } from './scene.ts';
import { isSwept, type Swept, sweep, variedIn } from './sweep.ts';

export interface Situation {
  readonly seed: number;
  readonly number: number;
  readonly scene: Drawn<ScenePlan>;
  /** In the order in which they are listed. */
  readonly signatures: readonly Drawn<SignaturePlan>[];
}

/** The situation of that number: first those of the sweep, then such as are drawn by chance. `now` is its time, without fractions of a second. */
export function situationOf(seed: number, number: number, now: Date = wholeSecond(new Date())): Situation {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const swept = sweep[number];
  return { seed, number, ...(swept ? drawSwept(now, random, swept) : drawByChance(now, random)) };
}

type Parts = Pick<Situation, 'scene' | 'signatures'>;

// Not everything can be so in each scene: it is drawn again until what is wanted can be.
function drawSwept(now: Date, random: Random, swept: Swept): Parts {
  const attempts = 600;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { timestamped, schemes } = startOf(random, swept.signatures);
    const wish = { defects: 0, varied: variedIn(attempt / attempts), forced: swept.forced };
    const drawn = drawParts(now, random, { timestamped, schemes }, wish, (index) => (index === 0 ? wish : { ...wish, forced: {} }));
    if (isSwept(swept, drawn.scene.choices, drawn.signatures[0]?.choices)) return drawn;
  }
  throw new Error(`no situation in which ${JSON.stringify(swept.forced)}`);
}

function drawByChance(now: Date, random: Random): Parts {
  const start = startOf(random, pickWeighted(counts, random).count);
  const wish = { defects: pickWeighted(sceneDefects, random).count };
  return drawParts(now, random, start, wish, () => ({ defects: pickWeighted(signatureDefects, random).count }));
}

type Start = Pick<ScenePlan, 'timestamped' | 'schemes'>;

function startOf(random: Random, count: number): Start {
  const timestamped = random.below(10) < 4;
  const schemes = Array.from({ length: count }, () =>
    random.below(10) < 8 ? ('notary.x509' as const) : ('notary.x509.signingAuthority' as const),
  );
  return { timestamped, schemes };
}

function drawParts(now: Date, random: Random, start: Start, wish: Wish, wishOf: (index: number) => Wish): Parts {
  const scene = draw(sceneDimensions, goodScene(now, start), wish, random);
  const signatures = start.schemes.map((scheme, index) =>
    draw(signatureDimensions, goodSignature({ now, scheme, timestamped: start.timestamped }, index + 1), wishOf(index), random),
  );
  return { scene, signatures };
}

/** Every choice of a situation, those of its signatures under their number. */
export function choicesOf({ scene, signatures }: Situation): readonly Choices[] {
  return [scene.choices, ...signatures.map(({ choices }) => choices)];
}

const counts = [
  { count: 1, weight: 80 },
  { count: 2, weight: 14 },
  { count: 3, weight: 3 },
  { count: 0, weight: 1 },
];
const sceneDefects = [
  { count: 0, weight: 72 },
  { count: 1, weight: 24 },
  { count: 2, weight: 4 },
];
const signatureDefects = [
  { count: 0, weight: 42 },
  { count: 1, weight: 46 },
  { count: 2, weight: 10 },
  { count: 3, weight: 2 },
];

function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}
