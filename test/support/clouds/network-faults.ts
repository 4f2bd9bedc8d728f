// Faults on the way to the service: names, connections, TLS, proxies.
import type { Network } from './network.ts';
import type { Expected, Row, StageName } from './row.ts';
import { secrets } from './secret.ts';

const at: readonly StageName[] = [
  'aws describe',
  'aws sign',
  'aws tool',
  'azure describe',
  'azure certificate',
  'azure sign',
  'azure tool',
  'gcp describe',
  'gcp sign',
  'gcp tool',
  'vault describe',
  'vault sign',
  'vault tool',
];
const processes: readonly StageName[] = ['aws sign', 'azure sign', 'gcp sign', 'vault sign'];

const healed: Expected = { outcome: 'success' };
const late = { seconds: 1, expected: { outcome: 'TIMEOUT' } } as const;
const proxyRefuses: Expected = { outcome: 'ERROR', says: [/proxy/i] };

const ways: readonly Row[] = [
  { ...way('a name that nobody knows', { way: 'no name' }), expected: { outcome: 'ERROR', says: [/host name|name server/] } },
  { ...way('a port where nothing listens', { way: 'no server' }), expected: { outcome: 'ERROR' } },
  { ...way('a server that never begins TLS', { way: 'mute' }), ...late },
  { ...way('a server without TLS', { way: 'no tls' }), expected: { outcome: 'ERROR', says: [/TLS/] } },
  { ...way('TLS', { way: 'tls' }), expected: healed },
  {
    ...way('TLS by an authority that is not trusted', { way: 'tls', trusted: false }),
    expected: { outcome: 'ERROR', says: [/ca_bundle/] },
  },
  { ...way('TLS for another host name', { way: 'tls', identity: 'wrong host' }), expected: { outcome: 'ERROR', says: [/host name/] } },
  { ...way('an expired TLS certificate', { way: 'tls', identity: 'expired' }), expected: { outcome: 'ERROR', says: [/expired/] } },
  { ...way('a proxy', { way: 'proxy' }), expected: healed },
  { ...way('a proxy that wants another password', { way: 'proxy', mood: '407' }), expected: proxyRefuses },
  { ...way('a proxy that forbids the host', { way: 'proxy', mood: '403' }), expected: proxyRefuses },
  { ...way('a proxy that finds no way', { way: 'proxy', mood: '502' }), expected: proxyRefuses },
  { ...way('a proxy that never answers', { way: 'proxy', mood: 'silence' }), ...late },
  { ...way('a proxy that closes', { way: 'proxy', mood: 'close' }), expected: { outcome: 'ERROR' } },
  { ...way('a proxy that speaks something else', { way: 'proxy', mood: 'babble' }), expected: { outcome: 'ERROR' } },
  { ...way('a proxy that is not there', { way: 'no proxy' }), expected: proxyRefuses },
];

/** On a warm connection to this very process an answer may come sooner even than that. */
const hurried: readonly Row[] = [
  { name: 'a deadline of a millisecond', at, seconds: 0.001, processes, expected: { outcome: ['TIMEOUT', 'success'] } },
];

const authorities: readonly Row[] = [
  ['that is not there', '/nowhere/authorities.pem'],
  ['that is no PEM', import.meta.filename],
].map(([what, path]) => ({
  ...way(`a ca_bundle ${what}`, { way: 'tls' }),
  scene: { network: { way: 'tls' }, config: { ca_bundle: String(path) } },
  expected: { outcome: 'VALIDATION_ERROR', says: [/ca_bundle/] },
}));

const loud = { AZURE_LOG_LEVEL: 'verbose', DEBUG: '*' };

/** Libraries that are made to talk, and variables that are no such thing. */
const environments: readonly Row[] = [
  { ...under('talkative libraries', loud), expected: healed },
  {
    ...under('talkative libraries', loud),
    name: 'talkative libraries and a fault',
    act: { does: 'close' },
    expected: { outcome: 'ERROR' },
  },
  { ...under('talkative libraries and a proxy', loud, { way: 'proxy' }), expected: healed },
  {
    ...under('talkative libraries and a bad proxy', loud, { way: 'proxy', mood: '407' }),
    expected: proxyRefuses,
  },
  {
    ...under('a proxy that is no URL', { HTTPS_PROXY: `http://signer:${secrets.proxyPassword}@127.0.0.1:1` }, { way: 'proxy' }),
    expected: { outcome: 'VALIDATION_ERROR', says: [/HTTPS_PROXY/] },
  },
];

function under(name: string, environment: Readonly<Record<string, string>>, network?: Network): Omit<Row, 'expected'> {
  return { name, at: processes, alone: true, scene: { environment, ...(network && { network }) } };
}

function way(name: string, network: Network) {
  return { name, at, scene: { network }, processes } as const;
}

export const networkFaults: readonly Row[] = [...ways, ...hurried, ...authorities, ...environments];
