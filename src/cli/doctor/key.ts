// The key and the way to it: whose credentials, what state, and whether it signs.
import { type Finding, found, unknown, wrong } from '../../core/finding.ts';
import { describeKey } from '../../kms/index.ts';
import type { KeyDescription } from '../../kms/provider.ts';
import { judge } from '../key/describe-key.ts';
import { type Check, isDenied, type Section } from './check.ts';
import { askPlugin } from './installation.ts';
import type { Patient, PatientKey } from './patient.ts';

/** A check of the key; nothing where no key is asked about. */
export function ofKey(run: (key: PatientKey) => Promise<Finding | readonly Finding[] | undefined>): Check['run'] {
  return async (patient) => {
    const key = await patient.key();
    return key && run(key);
  };
}

const needed = ['key.config', 'credentials.source'];
/** Nobody shows a key to whom he does not believe. */
const believed = [...needed, 'credentials.identity'];

export const keySection: Section = {
  title: 'Key',
  checks: [
    {
      id: 'key.config',
      title: 'key',
      run: async (patient) => {
        const key = await patient.key();
        return key === undefined ? lookAtForeign(patient) : describeChoice(key);
      },
    },
    {
      id: 'credentials.source',
      title: 'credential',
      needs: ['key.config'],
      run: ofKey(async (key) => (await key.examination()).credential?.()),
    },
    { id: 'credentials.identity', title: 'identity', needs: needed, run: ofKey(async (key) => (await key.examination()).identity?.()) },
    {
      id: 'key.open',
      title: 'algorithm',
      needs: needed,
      run: ofKey(async (key) => {
        const { keySpec, signing } = (await key.opened()).algorithm;
        return found(`${keySpec}, signs with ${signing}`, { keySpec, signingAlgorithm: signing });
      }),
    },
    { id: 'key.state', title: 'state', needs: believed, run: ofKey(lookAtState) },
    { id: 'key.rotation', title: 'rotation', needs: believed, run: ofKey(lookAtRotation) },
    {
      id: 'key.permission',
      title: 'permission',
      needs: [...needed, 'key.open'],
      run: ofKey(({ permission }) => permission()),
    },
  ],
};

function describeChoice({ id, settings }: PatientKey): Finding {
  const options = Object.keys(settings.text);
  return found(`${id}${options.length === 0 ? '' : ` (with ${options.join(', ')})`}`, { keyId: id });
}

/** How another plugin gets to its key is its own; whether it is there and answers can be told. */
async function lookAtForeign(patient: Patient): Promise<Finding | undefined> {
  const { plugin, id } = (await patient.named()) ?? {};
  if (plugin === undefined || id === undefined) return undefined;
  const { version } = await askPlugin(plugin, patient);
  return unknown(`${id} is a key of the plugin ${plugin} ${version}, which answers; its way to the key is its own, and is not looked at`);
}

function lookAtState({ id, keys }: PatientKey): Promise<Finding | undefined> {
  return unlessDenied(async () => judgeState(await describeKey(id, keys)));
}

function lookAtRotation({ examination }: PatientKey): Promise<Finding | undefined> {
  return unlessDenied(async () => (await examination()).rotation?.());
}

/** Who may sign need not be allowed to look at the key. */
async function unlessDenied(look: () => Promise<Finding | undefined>): Promise<Finding | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isDenied(error)) return unknown(`this identity may not look at the key, which signing does not need: ${error.message}`, error.hint);
    throw error;
  }
}

function judgeState(description: KeyDescription): Finding {
  const { id, spec, state, version, facts } = description;
  const verdict = judge(description);
  const said = { key: id, spec, state, ...(version !== undefined && { version }), ...facts };
  if ('reason' in verdict)
    return wrong(`${id}: notation cannot sign with it: ${verdict.reason}`, 'enable the key, or sign with another', said);
  const more = Object.entries(facts).filter(([label]) => told.has(label));
  return found([state, spec, ...more.map(([label, text]) => `${label}: ${text}`)].join(', '), said);
}

/** Facts that a person wants to see in one line. */
const told: ReadonlySet<string> = new Set(['multi-Region', 'kept in', 'expires']);
