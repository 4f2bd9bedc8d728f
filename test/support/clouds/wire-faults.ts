// Faults of any server, whatever it serves: broken connections, nonsense, failures that pass and that stay.
import { accessToken } from './azure-identity.ts';
import type { Act, Breakage } from './fault.ts';
import type { Expected, Row, StageName } from './row.ts';
import { secrets } from './secret.ts';
import type { Answer, Refusal } from './server.ts';

const awsStages = ['aws describe', 'aws sign', 'aws role', 'aws container', 'aws tool'] as const;
const azureStages = ['azure describe', 'azure token', 'azure certificate', 'azure secret', 'azure sign', 'azure tool'] as const;
const gcpStages = ['gcp describe', 'gcp token', 'gcp user', 'gcp metadata', 'gcp impersonation', 'gcp sign', 'gcp tool'] as const;
const vaultStages = ['vault describe', 'vault login', 'vault chain', 'vault sign', 'vault tool'] as const;
const everywhere: readonly StageName[] = [...awsStages, ...azureStages, ...gcpStages, ...vaultStages];
/** One stage for each kind of request: there whole processes prove it too, because runtimes break in ways of their own. */
const proven: readonly StageName[] = ['aws sign', 'azure token', 'azure certificate', 'azure sign', 'gcp token', 'gcp sign', 'vault sign'];
/** The tool, unlike the plugin, ends when nothing keeps it: a connection that is left open would. */
const ending: readonly StageName[] = [...proven, 'aws tool', 'azure tool', 'gcp tool', 'vault tool'];

const healed: Expected = { outcome: 'success' };
const late = { seconds: 1, expected: { outcome: 'TIMEOUT' } } as const;
/** No answer, or nonsense. What gives out credentials then gives none, which may count as a denial. */
const broken = {
  expected: { outcome: 'ERROR' },
  otherwise: {
    'aws role': { outcome: ['ERROR', 'ACCESS_DENIED'] },
    'aws container': { outcome: ['ERROR', 'ACCESS_DENIED'] },
    'azure token': { outcome: ['ERROR', 'ACCESS_DENIED'] },
    'gcp token': { outcome: ['ERROR', 'ACCESS_DENIED'] },
    'gcp user': { outcome: ['ERROR', 'ACCESS_DENIED'] },
    'gcp metadata': { outcome: ['ERROR', 'ACCESS_DENIED'] },
  },
} as const;

const breakages: readonly Row[] = [
  { ...breakage('accepts and never answers', 'silence'), ...late },
  { ...breakage('sends the head of an answer and nothing more', 'stall'), ...late },
  { ...breakage('dribbles its head', 'dribble head'), ...late },
  { ...breakage('dribbles its body', 'dribble body'), ...late },
  {
    ...breakage('answers for ever', 'flood'),
    ...broken,
    seconds: 3,
    otherwise: { ...broken.otherwise, 'aws container': { outcome: ['ERROR', 'ACCESS_DENIED', 'TIMEOUT'] } },
  },
  { ...breakage('closes without an answer', 'close'), ...broken },
  { ...breakage('closes without an answer, once', 'close'), times: 1, expected: healed },
  { ...breakage('resets', 'reset'), ...broken },
  { ...breakage('resets, once', 'reset'), times: 1, expected: healed },
  { ...breakage('closes in the middle of its answer', 'cut'), ...broken },
  { ...breakage('closes in the middle of its answer, once', 'cut'), times: 1, expected: healed },
];

function breakage(name: string, does: Breakage) {
  return { name, at: everywhere, act: { does }, processes: ending } as const;
}

const page = '<html><head><title>Access to this site</title></head><body>is watched over by your proxy</body></html>';
const html = { 'content-type': 'text/html' } as const;
const megabytes = ' '.repeat(9 << 20);
const gzip = { 'content-encoding': 'gzip' } as const;
const nonsense: readonly Row[] = [
  { ...answer('an HTML page', { status: 200, headers: html, body: page }), ...broken },
  { ...answer('an HTML page with status 502', { status: 502, headers: html, body: page }), ...broken },
  {
    ...answer('an HTML page with status 403', { status: 403, headers: html, body: page }),
    expected: { outcome: ['ACCESS_DENIED', 'ERROR'] },
    // Who may not read it is told that there is no chain, and why.
    otherwise: { 'vault chain': { outcome: 'VALIDATION_ERROR', says: [/may not read the chain/] } },
  },
  {
    ...answer('an HTML page with status 404', { status: 404, headers: html, body: page }),
    expected: { outcome: ['VALIDATION_ERROR', 'ACCESS_DENIED', 'ERROR'] },
  },
  { ...answer('no body', { status: 200, body: '' }), ...broken },
  { ...answer('no body with status 204', { status: 204, body: '' }), ...broken },
  {
    ...answer('no body with status 400', { status: 400, body: '' }),
    expected: { outcome: ['VALIDATION_ERROR', 'ACCESS_DENIED', 'ERROR'] },
  },
  { ...answer('JSON null', { status: 200, body: 'null' }), ...broken },
  { ...answer('a JSON list', { status: 200, body: '[]' }), ...broken },
  { ...answer('a JSON text', { status: 200, body: '"text"' }), ...broken },
  { ...answer('an empty JSON object', { status: 200, body: '{}' }), ...broken },
  { ...answer('a body beyond all limits', { status: 200, body: `{${megabytes}}` }), ...broken },
  {
    ...answer('a small body that unpacks beyond all limits', { status: 200, headers: gzip, body: megabytes }),
    ...broken,
    processes: proven,
  },
  {
    ...answer('a body that is not packed as it says', { status: 200, headers: { 'content-encoding': 'br' }, body: 'no brotli' }),
    ...broken,
    processes: proven,
  },
  { ...answer('a redirect', { status: 307, headers: { location: '/elsewhere' }, body: '' }), ...broken },
  {
    ...answer('an error that is not JSON', { status: 400, body: '{"__type":' }),
    expected: { outcome: ['VALIDATION_ERROR', 'ACCESS_DENIED', 'ERROR'] },
  },
];

function answer(name: string, said: Answer) {
  return { name: `answers ${name}`, at: everywhere, act: { does: 'answer', answer: said } } as const;
}

/** Of answers in JSON alone: STS speaks XML. */
const speakJson: readonly StageName[] = everywhere.filter((stage) => stage !== 'aws role');
const reshaped: readonly Row[] = [
  {
    ...change('its JSON packed', (body) => body),
    at: speakJson.filter((stage) => stage !== 'aws container'),
    act: { does: 'change', change: (honest) => ({ ...honest, headers: { ...honest.headers, ...gzip } }) },
    expected: healed,
    otherwise: {},
  },
  change('half of its JSON', (body) => body.slice(0, body.length / 2)),
  change(
    'numbers in place of all members',
    reshape(() => 7),
  ),
  change(
    'objects in place of all members',
    reshape(() => ({})),
    { 'vault chain': { outcome: 'VALIDATION_ERROR', says: [/field certificate/] } },
  ),
  change(
    'null in place of all members',
    reshape(() => null),
  ),
  change(
    'lists in place of all members',
    reshape((value) => [value]),
  ),
  change(
    'empty texts in place of all members',
    reshape(() => ''),
  ),
  change(
    'bytes that are no base64 in all members',
    reshape(() => '\u0000%%%'),
  ),
];

function change(name: string, edit: (body: string) => string, otherwise: Row['otherwise'] = {}): Row {
  const act: Act = { does: 'change', change: (honest) => ({ ...honest, body: edit(honest.body) }) };
  return { name: `answers ${name}`, at: speakJson, act, ...broken, otherwise: { ...broken.otherwise, ...otherwise } };
}

function reshape(change: (value: unknown) => unknown): (body: string) => string {
  return (body) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body)).map(([name, value]) => [name, change(value)])));
}

/** What was sent comes back where a careless client takes it for an error's name or a request's id. */
const indiscreet: readonly Row[] = [
  ...tells(secrets.awsSessionToken, ['aws describe', 'aws sign', 'aws role', 'aws tool']),
  ...tells(secrets.containerToken, ['aws container']),
  ...tells(accessToken, ['azure describe', 'azure certificate', 'azure secret', 'azure sign', 'azure tool']),
  ...tells(secrets.clientSecret, ['azure token']),
  ...tells(secrets.gcpToken, ['gcp describe', 'gcp metadata', 'gcp impersonation', 'gcp sign', 'gcp tool']),
  ...tells(secrets.gcpSubjectToken, ['gcp token']),
  ...tells(secrets.gcpRefreshToken, ['gcp user']),
  ...tells(secrets.vaultToken, ['vault describe', 'vault chain', 'vault sign', 'vault tool']),
  ...tells(secrets.vaultSecretId, ['vault login']),
];

function tells(secret: string, at: readonly StageName[]): readonly Row[] {
  const ids = { 'x-amzn-requestid': secret, 'x-amz-request-id': secret, 'x-ms-request-id': secret };
  const expected: Expected = { outcome: ['VALIDATION_ERROR', 'ACCESS_DENIED', 'ERROR'] };
  return [
    { ...refusal('repeats a secret as the name of an error', { status: 400, code: secret }, at), expected },
    { ...refusal('repeats a secret as the finer name of an error', { status: 403, code: 'Forbidden', inner: secret }, at), expected },
    { ...refusal('repeats a secret as the id of the request', { status: 403, code: 'Forbidden', headers: ids }, at), expected },
  ];
}

/** How the services of one cloud say what any service may say. */
interface Words {
  readonly stages: readonly StageName[];
  readonly internal: Refusal;
  readonly unavailable: Refusal;
  readonly throttled: Refusal;
}

const awsWords: Words = {
  stages: awsStages,
  internal: { status: 500, code: 'KMSInternalException' },
  unavailable: { status: 503, code: 'ServiceUnavailableException' },
  throttled: { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' },
};
const azureWords: Words = {
  stages: azureStages,
  internal: { status: 500, code: 'InternalServerError' },
  unavailable: { status: 503, code: 'ServiceUnavailable' },
  throttled: { status: 429, code: 'Throttled', message: 'Request was not processed because too many requests were received.' },
};

const gcpWords: Words = {
  stages: gcpStages,
  internal: { status: 500, code: 'INTERNAL' },
  unavailable: { status: 503, code: 'UNAVAILABLE' },
  throttled: { status: 429, code: 'RESOURCE_EXHAUSTED', message: "Quota exceeded for quota metric 'Cryptographic requests'." },
};

const vaultWords: Words = {
  stages: vaultStages,
  internal: { status: 500, code: 'internal error' },
  unavailable: { status: 503, code: 'the server is not ready' },
  throttled: { status: 429, code: 'rate limit quota exceeded' },
};

/** Seconds that no cell has, and fewer than the service asks for: whoever waits never ends. */
const endless = 1800;

function failures({ stages, internal, unavailable, throttled }: Words): readonly Row[] {
  // A container's credentials come by the SDK's own means, and it says no more than that there are none.
  const otherwise = { 'aws container': { outcome: ['THROTTLED', 'TIMEOUT', 'ACCESS_DENIED'] } } as const;
  const tooMany = { seconds: 3, expected: { outcome: 'THROTTLED' }, otherwise } as const;
  const after = (seconds: string): Refusal => ({ ...throttled, headers: { 'retry-after': seconds } });
  return [
    { ...refusal('fails once', internal, stages), times: 1, expected: healed },
    { ...refusal('fails', internal, stages), ...broken, seconds: 3 },
    { ...refusal('is unavailable once', unavailable, stages), times: 1, expected: healed },
    { ...refusal('is unavailable twice', unavailable, stages), times: 2, expected: healed },
    { ...refusal('is unavailable', unavailable, stages), ...broken, seconds: 3 },
    {
      ...refusal('is unavailable for an hour', { ...unavailable, headers: { 'retry-after': '3600' } }, stages),
      ...broken,
      expected: { outcome: 'ERROR' },
      seconds: endless,
    },
    { ...refusal('throttles once', throttled, stages), times: 1, expected: healed },
    { ...refusal('throttles', throttled, stages), ...tooMany, processes: proven },
    { ...refusal('throttles once, for a second', after('1'), stages), times: 1, expected: { outcome: 'success', pauseMs: 990 } },
    { ...refusal('throttles, always for a second', after('1'), stages), ...tooMany },
    {
      ...refusal('throttles for an hour', after('3600'), stages),
      expected: { outcome: 'THROTTLED' },
      otherwise,
      seconds: endless,
      processes: proven,
    },
  ];
}

function refusal(name: string, said: Refusal, at: readonly StageName[]) {
  return { name, at, act: { does: 'refuse', refusal: said } } as const;
}

export const wireFaults: readonly Row[] = [
  ...breakages,
  ...nonsense,
  ...reshaped,
  ...indiscreet,
  ...failures(awsWords),
  ...failures(azureWords),
  ...failures(gcpWords),
  ...failures(vaultWords),
];
