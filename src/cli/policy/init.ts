// `policy init`: a trust policy of one statement.
import { inWords } from '../../core/error.ts';
import { escapeAsGo } from '../../core/go-json.ts';
import { directoriesOf } from '../../store/directories.ts';
import type { ToolContext } from '../context.ts';
import { printable } from '../voice/fields.ts';
import { type PolicyKind, policyWords } from './kind.ts';
import { replacePolicy } from './replace.ts';

/** The one statement; its level is strict. */
export interface InitPolicy {
  readonly name: string;
  /** For artifacts alone. */
  readonly registryScopes?: readonly string[];
  readonly trustStores: readonly string[];
  readonly trustedIdentities: readonly string[];
  /** For blobs alone. */
  readonly globalPolicy?: boolean;
  readonly force: boolean;
}

/** Writes a policy of one statement, in notation's form. @throws NotationError `POLICY` when the statement breaks a rule, `FILE` */
export async function initPolicy(kind: PolicyKind, wanted: InitPolicy, context: ToolContext): Promise<number> {
  const place = kind.placeIn(directoriesOf(context));
  const words = policyWords[place.name];
  const content = print(wanted);
  await inWords(words.uninitialized, () => kind.check(Buffer.from(content), place.name));
  if (!(await replacePolicy({ place, content, force: wanted.force }, context))) return 0;
  context.out(`${printable(words.initialized(place.path))}\n`);
  return 0;
}

function print({ name, registryScopes, trustStores, trustedIdentities, globalPolicy }: InitPolicy): string {
  const statement = {
    name,
    ...(registryScopes && { registryScopes }),
    signatureVerification: { level: 'strict' },
    trustStores,
    trustedIdentities,
    ...(globalPolicy && { globalPolicy }),
  };
  return escapeAsGo(JSON.stringify({ version: '1.0', trustPolicies: [statement] }, null, 2));
}
