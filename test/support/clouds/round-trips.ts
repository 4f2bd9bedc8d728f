// How often the services are asked when nothing is wrong: round trips are what a signature costs.
import type { Network } from './network.ts';
import type { Row, StageName } from './row.ts';
import type { SceneWish } from './scene.ts';

/** By its own name a vault need not be asked first what its tokens must be for; on loopback it must. */
const byName: Network = { way: 'proxy' };
const plain: Network = { way: 'plain' };

export const roundTrips: readonly Row[] = [
  asks('aws describe', {}, ['GetPublicKey']),
  asks('aws describe', { source: 'cert_chain' }, []),
  asks('aws sign', {}, ['Sign']),
  asks('aws sign', { spec: 'RSA-3072' }, ['Sign']),
  asks('aws role', {}, ['Sign']),
  asks('aws container', {}, ['Sign']),
  asks('aws tool', {}, ['DescribeKey']),
  asks('azure describe', { network: byName }, ['get-certificate']),
  asks('azure describe', { network: byName, source: 'cert_chain' }, []),
  asks('azure certificate', { network: byName }, ['get-certificate', 'sign']),
  asks('azure certificate', { network: { way: 'tls' } }, ['get-certificate', 'get-certificate', 'sign']),
  asks('azure sign', { network: byName }, ['sign']),
  asks('azure sign', { network: byName, spec: 'RSA-3072' }, ['sign']),
  asks('azure sign', { network: byName, keyId: (origin) => `${origin}/keys/release` }, ['sign']),
  asks('azure tool', { network: byName }, ['get-key']),
  asks('gcp describe', {}, ['getPublicKey']),
  asks('gcp describe', { source: 'cert_chain' }, []),
  asks('gcp token', {}, ['asymmetricSign']),
  asks('gcp user', {}, ['asymmetricSign']),
  asks('gcp metadata', {}, ['asymmetricSign']),
  asks('gcp impersonation', {}, ['asymmetricSign']),
  asks('gcp sign', {}, ['asymmetricSign']),
  asks('gcp sign', { spec: 'RSA-4096' }, ['asymmetricSign']),
  asks('gcp tool', {}, ['getVersion']),
  asks('vault describe', {}, ['read-secret', 'read-key']),
  asks('vault describe', { source: 'cert_chain' }, []),
  asks('vault login', {}, ['sign']),
  asks('vault chain', {}, ['read-secret', 'sign']),
  asks('vault sign', {}, ['sign']),
  asks('vault sign', { spec: 'RSA-3072' }, ['sign']),
  asks('vault tool', {}, ['read-key']),
];

function asks(at: StageName, scene: SceneWish, operations: readonly string[]): Row {
  const { way } = scene.network ?? plain;
  const name = [`nothing wrong`, scene.spec, scene.source, scene.keyId && 'without version', way].filter(Boolean).join(', ');
  return { name, at: [at], scene, expected: { outcome: 'success', asks: operations } };
}
