// Situations are drawn: a plan on which nothing is wrong is changed in every dimension, in most harmlessly, in a few so that something is wrong.
import type { Random } from '../random.ts';

/** One thing that may be so in a plan. */
export interface Value<Plan> {
  readonly name: string;
  /** How often it is drawn, beside the others of its dimension; 1 when absent. */
  readonly weight?: number;
  /** Where it can be so; everywhere when absent. */
  readonly when?: (plan: Plan) => boolean;
  readonly change: (plan: Plan, random: Random) => Plan;
}

/** What may be so in one respect: values that verification passes over, and values that some check should object to. */
export interface Dimension<Plan> {
  readonly name: string;
  readonly good: readonly Value<Plan>[];
  readonly bad: readonly Value<Plan>[];
  /** How often it is the one that is wrong, beside the others; 1 when absent. */
  readonly weight?: number;
}

/** The name of the value drawn in each dimension. */
export type Choices = Readonly<Record<string, string>>;

export interface Drawn<Plan> {
  readonly plan: Plan;
  readonly choices: Choices;
  /** The dimensions that something is wrong in. */
  readonly wrong: readonly string[];
}

/** A value of a dimension. */
export function choice<Plan>(name: string, change: Value<Plan>['change'], rest: Partial<Value<Plan>> = {}): Value<Plan> {
  return { name, change, ...rest };
}

/** The value of a dimension that leaves everything as it is. */
export function usual<Plan>(name: string, weight = 1): Value<Plan> {
  return { name, weight, change: (plan) => plan };
}

/** What is to be drawn. */
export interface Wish {
  /** The number of dimensions in which something is wrong, besides those that are forced to be. */
  readonly defects: number;
  /** Values that must be drawn, where they can be so. */
  readonly forced?: Choices | undefined;
  /** The dimensions that vary although something is forced; the others keep their first value. All when absent. */
  readonly varied?: readonly string[] | undefined;
}

/** Draws every dimension in its order. */
export function draw<Plan>(dimensions: readonly Dimension<Plan>[], start: Plan, wish: Wish, random: Random): Drawn<Plan> {
  const { defects, forced = {}, varied } = wish;
  const chosen = chooseWrong(dimensions, defects, random);
  let drawn: Drawn<Plan> = { plan: start, choices: {}, wrong: [] };
  for (const dimension of dimensions) {
    const only = forced[dimension.name];
    const possible = varied === undefined || varied.includes(dimension.name) ? dimension : withFirst(dimension);
    const narrow = only === undefined ? possible : narrowed(dimension, only);
    drawn = drawValue(drawn, narrow, chosen.has(dimension.name) || only !== undefined, random);
  }
  return drawn;
}

/** The dimension with its good values in their order of preference, and no chance among them. */
function withFirst<Plan>({ name, good, bad }: Dimension<Plan>): Dimension<Plan> {
  return { name, bad, good: good.map((value, index) => ({ ...value, weight: index === 0 ? 1_000_000 : 0.001 })) };
}

function narrowed<Plan>({ name, good, bad }: Dimension<Plan>, only: string): Dimension<Plan> {
  const wanted = bad.filter((value) => value.name === only);
  return { name, good: wanted.length > 0 ? good : good.filter((value) => value.name === only), bad: wanted };
}

/** One of the items, each as often as its weight says. */
export function pickWeighted<T extends { readonly weight?: number }>(items: readonly T[], random: Random): T {
  const thousandths = items.map(({ weight = 1 }) => Math.round(weight * 1000));
  let left = random.below(thousandths.reduce((sum, weight) => sum + weight, 0));
  const index = thousandths.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return items[index] as T;
}

function chooseWrong<Plan>(dimensions: readonly Dimension<Plan>[], defects: number, random: Random): ReadonlySet<string> {
  const chosen = new Set<string>();
  const candidates = dimensions.filter(({ bad }) => bad.length > 0);
  for (let count = 0; count < defects; count += 1) chosen.add(pickWeighted(candidates, random).name);
  return chosen;
}

// A dimension that cannot be wrong in this plan is right.
function drawValue<Plan>(drawn: Drawn<Plan>, dimension: Dimension<Plan>, wrong: boolean, random: Random): Drawn<Plan> {
  const possible = (values: readonly Value<Plan>[]) => values.filter(({ when }) => when?.(drawn.plan) ?? true);
  const bad = wrong ? possible(dimension.bad) : [];
  const good = possible(dimension.good);
  const value = pickWeighted(bad.length > 0 ? bad : good.length > 0 ? good : [usual<Plan>('impossible')], random);
  return {
    plan: value.change(drawn.plan, random),
    choices: { ...drawn.choices, [dimension.name]: value.name },
    wrong: bad.length > 0 ? [...drawn.wrong, dimension.name] : drawn.wrong,
  };
}
