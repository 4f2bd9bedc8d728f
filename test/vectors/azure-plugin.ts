// The rows of group plugin-protocol that are about notation-azure-kv's vault, over a vault on loopback with real keys.
import assert from 'node:assert/strict';
import type { Algorithm } from '../../src/core/algorithm.ts';
import { toVaultError } from '../../src/kms/azure/error.ts';
import { parseAzureKeyId } from '../../src/kms/azure/key-id.ts';
import { openKey } from '../../src/kms/index.ts';
import { toSigner } from '../../src/kms/signer.ts';
import { parseDescribeKey, parseGenerateSignature } from '../../src/protocol/request.ts';
import { encodeSignature } from '../../src/protocol/response.ts';
import { contextOf } from '../support/backends.ts';
import { toPemSecret } from '../support/clouds/azure-secret.ts';
import type { Fault } from '../support/clouds/fault.ts';
import { azureVersion } from '../support/clouds/scene.ts';
import { azureCloud } from '../support/clouds.ts';
import { during, type Holder, mintChain, mintLeaf } from '../support/pki.ts';
import { rowOf, type VectorCase } from '../support/third-party.ts';
import type { ById } from './answer.ts';
import { inFolder } from './folder.ts';

type Check = (one: VectorCase) => unknown;

export const azureChecks: ById<Check> = [
  [/^akv-describe-ok$/, (one) => parseAzureKeyId(parseDescribeKey(requestOf(one)).keyId)],
  [/^akv-sign-ok$/, (one) => parseAzureKeyId(parseGenerateSignature(requestOf(one)).keyId)],
  [/^akv-keyid-2$/, (one) => parseDescribeKey({ contractVersion: '1.0', ...rowOf<object>(one).input })],
  [/^akv-keyid-/, checkKeyId],
  [/^akv-sign-response$/, checkResponse],
  [/^akv-remote-error-/, throwRemoteError],
  [/^akv-sign-self-signed$/, (one) => sign(one, { selfSigned: true })],
  [/^akv-sign-default-chain$/, (one) => sign(one, {})],
  [/^akv-sign-no-secret-permission$/, (one) => sign(one, { faults: [noSecretPermission] })],
  [/^akv-sign-remote-other-key$/, (one) => sign(one, { faults: [otherKey] })],
  [/^akv-sign-remote-other-version$/, (one) => sign(one, { claims: 'f'.repeat(32) })],
];

function requestOf(one: VectorCase): unknown {
  return JSON.parse(rowOf<{ readonly stdin: string }>(one).input.stdin);
}

function checkKeyId(one: VectorCase): void {
  const { name, version } = parseAzureKeyId(rowOf<{ readonly keyId: string }>(one).input.keyId);
  assert.deepEqual([name, version ?? null], [one.expected['name'], one.expected['version']]);
}

function checkResponse(one: VectorCase): void {
  const { signatureHex, certificateHex, signingAlgorithm, keyId } = rowOf<Readonly<Record<string, string>>>(one).input;
  const signature = { bytes: Buffer.from(signatureHex ?? '', 'hex'), certificates: [Buffer.from(certificateHex ?? '', 'hex')] };
  // The name of the algorithm is none that we have: the form of the message is what is compared.
  const said = encodeSignature(keyId ?? '', { signing: signingAlgorithm } as unknown as Algorithm, signature);
  assert.equal(JSON.stringify(said), one.expected['stdout']);
}

function throwRemoteError(one: VectorCase): never {
  const { remoteStatus, remoteBody } = rowOf<{ readonly remoteStatus: number; readonly remoteBody: string }>(one).input;
  const answer = { status: remoteStatus, headers: {}, body: Buffer.from(remoteBody) };
  throw toVaultError(new Error('no signature'), answer, { host: 'vault.test', kind: 'vault', permission: 'keys/sign', name: 'fake-key' });
}

const noSecretPermission: Fault = {
  on: 'get-secret',
  act: {
    does: 'refuse',
    refusal: { status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy', message: 'The user does not have secrets get permission' },
  },
};

const otherKey: Fault = {
  on: 'sign',
  act: { does: 'change', change: (honest) => ({ ...honest, body: honest.body.replaceAll('/keys/fake-key/', '/keys/invalid-key/') }) },
};

interface Wish {
  readonly selfSigned?: boolean;
  readonly faults?: readonly Fault[];
  /** The version that the vault says signed. */
  readonly claims?: string;
}

/** Signs with a key of the vault, named by its version where the answer is to claim another. */
async function sign(one: VectorCase, { selfSigned = false, faults = [], claims }: Wish): Promise<void> {
  const chain: readonly Holder[] = selfSigned
    ? [await mintLeaf('leaf', undefined, {}, 'RSA-2048')]
    : await mintChain({ spec: 'RSA-2048', intermediates: 0 });
  const [leaf] = chain as readonly [Holder];
  const certified = { version: azureVersion, key: leaf.key, certificate: leaf.certificate.der, secret: toPemSecret(chain) };
  await inFolder(async (folder) => {
    const items = [{ name: 'fake-key', versions: [{ ...certified, ...(claims !== undefined && { claims }) }] }];
    const { origin, environment, config, close } = await azureCloud({ items, folder, faults, credentials: 'application' });
    try {
      const context = contextOf({ ...config, ...(selfSigned && { self_signed: 'true' }) }, environment);
      const signer = toSigner(await openKey(`${origin}/keys/fake-key/${azureVersion}`, context), () => during);
      const { certificates } = await signer.sign(Buffer.from('Cg==', 'base64'));
      assert.deepEqual(
        certificates.map((der) => Buffer.from(der).toString('hex')),
        chain.map(({ certificate }) => Buffer.from(certificate.der).toString('hex')),
      );
      if (one.expected['signingAlgorithm'] !== undefined) assert.equal(signer.algorithm.signing, one.expected['signingAlgorithm']);
    } finally {
      await close();
    }
  });
}
