// A program of somebody else: signs and verifies what its words say, and prints what came of it as one JSON object.
import { readFile, writeFile } from 'node:fs/promises';
import {
  type ArtifactOutcome,
  type BlobPolicyDocument,
  type LevelName,
  type Notation,
  NotationError,
  type OciTrust,
  type Outcome,
  openNotation,
  requireVerified,
} from 'notation-ts-kms';

const [deed = '', folder = '', layout = '', tagOrDigest = ''] = process.argv.slice(2);
const notation: Notation = openNotation({ environment: { HOME: folder, NOTATION_CONFIG: `${folder}/config/notation` } });
const artifact = { layout, tagOrDigest, scope: 'layout.test/artifact' } as const;
const blob = `${folder}/blob.bin`;

const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
  sign: async () => {
    const { signature } = await notation.sign(artifact, { key: `${folder}/leaf.key`, userMetadata: { by: 'library' } });
    const made = await notation.sign({ blob }, { key: `${folder}/leaf.key`, format: 'cose' });
    await writeFile(`${blob}${made.fileSuffix}`, made.envelope);
    return { signature: signature.digest, suffix: made.fileSuffix };
  },
  verify: async () => {
    const root = await readFile(`${folder}/root.crt`);
    const statement = {
      name: 'values',
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:values'],
      trustedIdentities: ['*'],
    } as const;
    const trust: OciTrust = {
      policy: { version: '1.0', trustPolicies: [{ ...statement, registryScopes: ['*'] }] },
      stores: { 'ca:values': root },
    };
    const policy: BlobPolicyDocument = { version: '1.0', trustPolicies: [{ ...statement, globalPolicy: true }] };
    const byValues = tell(await notation.verify(artifact, { trust }));
    const byDirectory = tell(await notation.verify(artifact));
    const signed = { blob, signature: `${blob}.cose.sig` };
    const blobs = [
      tellBlob(await notation.verify(signed)),
      tellBlob(await notation.verify(signed, { trust: { policy, stores: trust.stores } })),
    ];
    const { signatures } = await notation.inspect(artifact);
    return { byValues, byDirectory, blobs, signatures: signatures.length };
  },
  missing: async () => {
    const error = await notation.openKey('alias/release', { aws_region: 'us-east-1' }).catch((cause: unknown) => cause);
    return error instanceof NotationError ? { code: error.code, message: error.message, hint: error.hint } : { error: String(error) };
  },
  aborted: async () => {
    const error = await notation.verify(artifact, { signal: AbortSignal.abort() }).catch((cause: unknown) => cause);
    return { code: error instanceof NotationError && error.code };
  },
};

function tell(outcome: ArtifactOutcome): object {
  // @ts-expect-error: what was signed is there only once the outcome is known to be verified
  void outcome.accepted;
  switch (outcome.status) {
    case 'verified':
      return { status: outcome.status, digest: outcome.accepted.signed.digest, signature: outcome.accepted.digest };
    case 'rejected':
      return { status: outcome.status, reasons: outcome.rejected.map(({ stage, error }) => `${stage}: ${error.code}`) };
    case 'skipped':
      return { status: outcome.status };
  }
}

function tellBlob(outcome: Outcome): object {
  return { status: outcome.status, size: requireVerified(outcome).signed.size };
}

// Never called: these must not compile.
export const misuses: readonly (() => unknown)[] = [
  // @ts-expect-error: a layout does not say whose trust policy statement applies
  () => notation.verify({ layout, tagOrDigest }),
  // @ts-expect-error: a blob is verified by a signature
  () => notation.verify({ blob }),
  // @ts-expect-error: nobody signs without a key
  () => notation.sign(artifact, {}),
  // @ts-expect-error: a misspelled option of a key
  () => notation.openKey('alias/release', { aws_regoin: 'us-east-1' }),
  // @ts-expect-error: the options of the plugin are not those of keys
  () => notation.openKey('alias/release', { log_file: 'log' }),
  // @ts-expect-error: a level that there is not
  (): LevelName => 'lax',
  // @ts-expect-error: a store of no type
  () => notation.verify(artifact, { trust: { policy: '', stores: { acme: '' } } }),
];

const work = deeds[deed];
if (work === undefined) throw new Error(`no deed ${deed}`);
process.stdout.write(`${JSON.stringify(await work())}\n`);
