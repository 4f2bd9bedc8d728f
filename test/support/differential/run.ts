// Runs situations: lays each out, asks notation and the executable under test, and compares.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answers, openAnswers } from './answers.ts';
import { compareVerdicts, type Difference } from './compare.ts';
import type { Exception } from './exception.ts';
import { isChancy, justify } from './exceptions.ts';
import { askNotation, askTool, commandsOf, type Verdict } from './judge.ts';
import { type LaidOut, layOut } from './lay-out.ts';
import { choicesOf, type Situation, situationOf } from './situation.ts';
import type { Judged } from './tally.ts';

/** How many situations are run at once; each waits for one program at a time. */
const atOnce = 2;

/**
 * Runs the situations of these numbers. The folders of those that are wrong are kept, with what was said; the others are removed.
 * @param tell called with each as it ends
 */
export async function runSituations(
  seed: number,
  numbers: readonly number[],
  tell: (judged: Judged) => void = () => undefined,
): Promise<readonly Judged[]> {
  const answers = await openAnswers();
  const parent = mkdtempSync(join(tmpdir(), 'differential-'));
  const judged: Judged[] = [];
  const queue = [...numbers];
  const work = async () => {
    for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
      const one = await runSituation(situationOf(seed, number), join(parent, String(number)), answers);
      judged.push(one);
      tell(one);
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    await answers.close();
    if (judged.every(({ result }) => result.kind !== 'wrong')) rmSync(parent, { recursive: true, force: true });
  }
  return judged.sort((a, b) => a.situation.number - b.situation.number);
}

async function runSituation(situation: Situation, folder: string, answers: Answers): Promise<Judged> {
  const place = await layOut(situation, folder, answers);
  const ours = await askTool(place, situation.scene.plan);
  const answer = await askForDifference(place, situation, ours);
  const result = await resultOf(place, situation, answer, ours, answers);
  if (result.kind !== 'wrong') rmSync(folder, { recursive: true, force: true });
  return { situation, theirs: answer.theirs, ours, result };
}

interface Answer {
  readonly theirs: Verdict;
  readonly differences: readonly Difference[];
  /** Whether another time it says what we say. */
  readonly byChance: boolean;
}

/** Of several signatures in a layout notation tries any first, and another the next time: what it says is then one of chance, and it is asked often. */
async function askForDifference(place: LaidOut, situation: Situation, ours: Verdict): Promise<Answer> {
  // Go begins at one of eight places, of which all but one or two come to the same.
  const most = situation.signatures.length > 1 ? 60 : 1;
  let [same, other]: [Verdict | undefined, Verdict | undefined] = [undefined, undefined];
  for (let time = 0; time < most; time += 1) {
    const theirs = await askNotation(place, situation.scene.plan);
    const isSame = compareVerdicts(theirs, ours).length === 0;
    [same, other] = isSame ? [theirs, other] : [same, theirs];
    if (same && (other || !isChancy(situation))) break;
  }
  const theirs = other ?? same;
  if (!theirs) throw new Error('notation was not asked');
  return { theirs, differences: compareVerdicts(theirs, ours), byChance: same !== undefined && other !== undefined };
}

async function resultOf(place: LaidOut, situation: Situation, answer: Answer, ours: Verdict, answers: Answers): Promise<Judged['result']> {
  const { differences, byChance, theirs } = answer;
  if (differences.length === 0) return { kind: 'same', byChance };
  const excuses = justify(situation, differences, { theirs: theirs.ended.stderr, ours: ours.ended.stderr });
  if (excuses && (await isWitnessed(situation, excuses, ours, `${place.folder}-without`, answers))) {
    return { kind: 'justified', exceptions: excuses.map(({ id }) => id) };
  }
  return byChance ? { kind: 'same', byChance } : keep(place, situation, differences, theirs, ours);
}

/** Whether notation, without what the exceptions are about, says what we say. */
async function isWitnessed(
  { seed, number, scene }: Situation,
  excuses: readonly Exception[],
  ours: Verdict,
  folder: string,
  answers: Answers,
): Promise<boolean> {
  const changes = excuses.flatMap((one) => (one.way === 'laxer' ? [one.without] : []));
  if (changes.length === 0) return true;
  const changed = changes.reduce((found, change) => change(found), situationOf(seed, number, scene.plan.now));
  const { byChance, differences } = await askForDifference(await layOut(changed, folder, answers), changed, ours);
  rmSync(folder, { recursive: true, force: true });
  return byChance || differences.length === 0;
}

function keep(place: LaidOut, situation: Situation, differences: readonly Difference[], theirs: Verdict, ours: Verdict): Judged['result'] {
  const commands = commandsOf(place, situation.scene.plan);
  const said = { differences, commands, choices: choicesOf(situation), theirs: theirs.ended, ours: ours.ended };
  writeFileSync(join(place.folder, 'said.json'), JSON.stringify(said, null, 2));
  const told = differences.map((one) => (one.way === 'otherwise' ? one.what : `${one.way}: ${one.checks.join(', ') || 'no check named'}`));
  return { kind: 'wrong', differences: told, kept: place.folder, commands };
}
