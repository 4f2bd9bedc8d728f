// Answers that lead to another host, to which a token must never go. Behind their proxy every name is there, so that nothing but the client prevents it.
import type { Act } from './fault.ts';
import type { Network } from './network.ts';
import type { Expected, Row, StageName } from './row.ts';
import type { SceneWish } from './scene.ts';
import { hiddenHosts } from './tls.ts';

const network: Network = { way: 'proxy' };
const other = { aws: `https://${hiddenHosts.azure}`, azure: `https://${hiddenHosts.aws}` } as const;
const wellOrNot: Expected = { outcome: ['success', 'VALIDATION_ERROR'] };
const anything: Expected = { outcome: ['success', 'VALIDATION_ERROR', 'ACCESS_DENIED', 'ERROR'] };
const refused: Expected = { outcome: ['ACCESS_DENIED', 'ERROR'] };

const vault: readonly StageName[] = ['azure describe', 'azure certificate', 'azure secret', 'azure sign', 'azure tool'];

/** A chain whose leaf belongs to an older version than the newest, so that versions are listed. */
const older: SceneWish = {
  network,
  keyId: (origin) => `${origin}/keys/release`,
  versions: (honest) => [
    honest,
    { ...honest, version: 'ffffffffffffffffffffffffffffffff', sign: (_, digest) => new Uint8Array(2 * digest.length).fill(1) },
  ],
};

export const elsewhereFaults: readonly Row[] = [
  leads(['aws describe', 'aws sign', 'aws tool'], 'a redirect', redirect(other.aws), refused),
  leads(
    ['gcp describe', 'gcp token', 'gcp user', 'gcp metadata', 'gcp impersonation', 'gcp sign', 'gcp tool'],
    'a redirect',
    redirect(other.azure),
    refused,
  ),
  leads(['vault describe', 'vault login', 'vault chain', 'vault sign', 'vault tool'], 'a redirect', redirect(other.azure), refused),
  leads(vault, 'a redirect', redirect(other.azure), refused),
  leads(vault, 'a challenge', challenge(`authorization="${other.azure}/common", resource="https://vault.azure.net"`), refused),
  leads(['azure describe', 'azure certificate'], 'the key id in the certificate', rename('kid'), wellOrNot),
  leads(['azure describe', 'azure certificate'], 'the id of the certificate', rename('id'), wellOrNot),
  leads(['azure secret'], 'the id of the secret', rename('id'), wellOrNot),
  leads(['azure secret'], 'the key id in the secret', rename('kid'), wellOrNot),
  leads(['azure sign'], 'the key id in the signature', rename('kid'), anything),
  { ...leads(['azure sign'], 'the key ids in the list of versions', rename('kid'), wellOrNot), on: 'list-key-versions', scene: older },
  { ...leads(['azure sign'], 'the next page of the versions', nextPage(other.azure), anything), on: 'list-key-versions', scene: older },
  {
    ...leads(['azure sign'], 'pages without end', nextPage(`https://${hiddenHosts.azure}`), {
      outcome: ['VALIDATION_ERROR', 'ERROR', 'TIMEOUT'],
    }),
    name: 'an answer leads from page to page without end',
    on: 'list-key-versions',
    scene: { ...older, versions: async (honest) => (await older.versions?.(honest))?.slice(1) ?? [] },
    seconds: 2,
  },
];

function leads(at: readonly StageName[], what: string, act: Act, expected: Expected): Row {
  return { name: `${what} leads elsewhere`, at, act, expected, scene: { network } };
}

function redirect(origin: string): Act {
  return { does: 'answer', answer: { status: 307, headers: { location: `${origin}/elsewhere` }, body: '' } };
}

function challenge(parameters: string): Act {
  return { does: 'refuse', refusal: { status: 401, code: 'Unauthorized', headers: { 'www-authenticate': `Bearer ${parameters}` } } };
}

/** The URL in each member of this name, with the other host. */
function rename(member: string): Act {
  const pattern = new RegExp(`("${member}":")https://[^/]+`, 'g');
  return { does: 'change', change: (honest) => ({ ...honest, body: honest.body.replaceAll(pattern, `$1${other.azure}`) }) };
}

function nextPage(origin: string): Act {
  const nextLink = `${origin}/keys/release/versions?api-version=7.6&$skiptoken=more`;
  return { does: 'change', change: (honest) => ({ ...honest, body: JSON.stringify({ ...JSON.parse(honest.body), nextLink }) }) };
}
