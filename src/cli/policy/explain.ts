// `policy explain`: which statement of the trust policy applies, and what it will demand of signatures.
import { NotationError } from '../../core/error.ts';
import { selectBlobStatement } from '../../policy/blob.ts';
import { selectStatement } from '../../policy/oci.ts';
import { isRepository } from '../../policy/scope.ts';
import { type Demands, textOfStore } from '../../policy/statement.ts';
import { parseReference } from '../../registry/reference.ts';
import { type Directories, directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { blobPolicyPlace, ociPolicyPlace, readBlobPolicy, readOciPolicy } from '../../store/trust-policy.ts';
import { readNamedStore } from '../../store/trust-store.ts';
import type { ToolContext } from '../context.ts';
import { missing } from '../line/missing.ts';
import { type Explanation, explanationJson, explanationText, type StoreFacts } from './explanation.ts';

/**
 * Explains the policy for an artifact, named by a reference or by its repository alone.
 * @throws NotationError `POLICY` when no statement applies, or, after all is told, when a trust store that it names cannot be used; `FILE`, `REQUEST`
 */
export async function explainPolicy(reference: string, output: string, context: ToolContext): Promise<number> {
  if (reference === '') throw missing('reference', 'policy explain');
  const directories = directoriesOf(context);
  const repository = repositoryOf(reference);
  const { path } = ociPolicyPlace(directories);
  const statement = selectStatement(await readOciPolicy(directories, disk), repository);
  const scope = statement.registryScopes.includes(repository) ? repository : '*';
  return explain({ about: repository, path, why: `registry scope ${scope}`, statement }, output, directories, context);
}

/** Explains the policy for blobs: the statement of that name, or the global one. @throws NotationError as `explainPolicy` */
export async function explainBlobPolicy(name: string | undefined, output: string, context: ToolContext): Promise<number> {
  const directories = directoriesOf(context);
  const { path } = blobPolicyPlace(directories);
  const statement = selectBlobStatement(await readBlobPolicy(directories, disk), name);
  return explain(
    { about: 'blobs', path, why: name === undefined ? 'the global one' : 'by its name', statement },
    output,
    directories,
    context,
  );
}

async function explain(
  known: Omit<Explanation, 'stores'>,
  output: string,
  directories: Directories,
  context: ToolContext,
): Promise<number> {
  const explanation = { ...known, stores: await readStores(known.statement, directories) };
  context.out(output === 'json' ? explanationJson(explanation) : explanationText(explanation));
  const unusable = explanation.stores.find((store) => 'error' in store);
  if (unusable === undefined) return 0;
  throw new NotationError('POLICY', `verification will fail: trust store ${unusable.store} cannot be used: ${unusable.error.message}`, {
    cause: unusable.error,
    ...(unusable.error.hint !== undefined && { hint: unusable.error.hint }),
  });
}

function readStores({ trustStores }: Demands, directories: Directories): Promise<readonly StoreFacts[]> {
  return Promise.all(
    trustStores.map(async (store) => ({ ...(await readNamedStore(directories, store.type, store.name, disk)), store: textOfStore(store) })),
  );
}

function repositoryOf(reference: string): string {
  if (isRepository(reference)) return reference;
  const { registry, repository } = parseReference(reference);
  return `${registry}/${repository}`;
}
