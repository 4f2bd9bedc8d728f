// Trust policies: what the statement that applies demands, and what may be wrong with a document (TPL-001 to TPL-024).
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import { spoilText } from './flip.ts';
import type { ScenePlan, StatementPlan, Subject } from './plan.ts';
import { scope } from './scene.ts';

type V = Value<ScenePlan>;
type Members = Readonly<Record<string, unknown>>;

const statement = (
  name: string,
  change: (statement: StatementPlan, subjects: readonly Subject[]) => StatementPlan,
  rest: Partial<V> = {},
): V => choice(name, (plan) => ({ ...plan, statement: [...plan.statement, change] }), rest);
const members = (name: string, change: Members, rest: Partial<V> = {}): V => statement(name, (found) => ({ ...found, ...change }), rest);
const verification = (name: string, change: Members, rest: Partial<V> = {}): V =>
  statement(name, (found) => ({ ...found, signatureVerification: { ...(found['signatureVerification'] as Members), ...change } }), rest);
const override = (name: string, actions: Members, rest: Partial<V> = {}): V =>
  verification(name, { override: actions }, { when: notSkip, ...rest });
const notSkip = ({ level }: ScenePlan) => level !== 'skip';
const isSkip = ({ level }: ScenePlan) => level === 'skip';

function ofLevel(level: ScenePlan['level'], weight: number): V {
  return choice(
    level,
    (plan) => ({
      ...plan,
      level,
      statement: [
        ...plan.statement,
        (found) => ({
          ...(level === 'skip' ? without(found, 'trustStores', 'trustedIdentities') : found),
          signatureVerification: { level },
        }),
      ],
    }),
    { weight },
  );
}

function without(found: StatementPlan, ...names: readonly string[]): StatementPlan {
  return Object.fromEntries(Object.entries(found).filter(([name]) => !names.includes(name)));
}

export const levelDimensions: readonly Dimension<ScenePlan>[] = [
  { name: 'level', good: [ofLevel('strict', 10), ofLevel('permissive', 2.5), ofLevel('audit', 1.5), ofLevel('skip', 0.5)], bad: [] },
  {
    name: 'override',
    weight: 0.7,
    good: [
      usual('none', 12),
      override('revocation is skipped', { revocation: 'skip' }),
      override('revocation is logged', { revocation: 'log' }),
      override('expiry is logged', { expiry: 'log' }),
      override('authenticity is logged', { authenticity: 'log' }),
      override('the timestamp is logged', { authenticTimestamp: 'log' }),
      override('all are enforced', { authenticity: 'enforce', authenticTimestamp: 'enforce', expiry: 'enforce', revocation: 'enforce' }),
      override('an empty one', {}),
      verification('null', { override: null }, { weight: 0.3 }),
    ],
    bad: [
      override('of integrity', { integrity: 'log' }),
      override('expiry is skipped', { expiry: 'skip' }),
      override('authenticity is skipped', { authenticity: 'skip' }),
      override('of a check that is none', { everything: 'log' }),
      override('an action that is none', { expiry: 'ignore' }),
      verification('one of level skip', { override: { expiry: 'log' } }, { when: isSkip, weight: 8 }),
      override('a name in capitals', { Expiry: 'log' }),
    ],
  },
  {
    name: 'verifyTimestamp',
    weight: 0.4,
    good: [
      usual('unset', 4),
      verification('always', { verifyTimestamp: 'always' }),
      verification('afterCertExpiry', { verifyTimestamp: 'afterCertExpiry' }, { weight: 2.5 }),
      verification('empty', { verifyTimestamp: '' }, { weight: 0.3 }),
    ],
    bad: [verification('never', { verifyTimestamp: 'never' }), verification('a number', { verifyTimestamp: 1 })],
  },
];

const another = {
  name: 'another',
  registryScopes: ['registry.example/another'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:another'],
  trustedIdentities: ['*'],
};
const elsewhere = { ...another, registryScopes: ['*'] };

const document = (name: string, change: (document: Members) => Members, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, document: [...plan.document, change] }), rest);
const statements = (name: string, change: (statements: readonly StatementPlan[]) => readonly unknown[], rest: Partial<V> = {}): V =>
  document(name, (found) => ({ ...found, trustPolicies: change(found['trustPolicies'] as readonly StatementPlan[]) }), rest);
const scopes = (name: string, registryScopes: unknown, rest: Partial<V> = {}): V => members(name, { registryScopes }, rest);

export const scopeDimension: Dimension<ScenePlan> = {
  name: 'scope',
  good: [
    usual('any', 3),
    scopes('exact', [scope], { weight: 2 }),
    scopes('one of several', ['registry.example/another', scope]),
    statementsWith('exact, before the one for all', [scope], elsewhere),
    statementsWith('any, beside one for another', ['*'], another),
  ],
  bad: [
    scopes('of another repository', ['registry.example/another']),
    scopes('of the registry', ['registry.example']),
    scopes('with a wildcard', ['registry.example/acme/*']),
    scopes('with a tag', [`${scope}:v1`]),
    scopes('with a digest', [`${scope}@sha256:${'ab'.repeat(32)}`]),
    scopes('with a scheme', [`https://${scope}`]),
    scopes('in capitals', ['registry.example/Acme/app']),
    scopes('with a slash at its end', [`${scope}/`]),
    scopes('all and one', ['*', scope]),
    scopes('none', []),
    scopes('an empty one', ['']),
    scopes('a text', '*'),
    scopes('twice', [scope, scope], { weight: 0.5 }),
    statementsWith('of two statements', [scope], { ...another, registryScopes: [scope] }),
    statementsWith('for all, twice', ['*'], elsewhere),
    statementsWith('exact, where another statement distrusts it', ['*'], { ...another, registryScopes: [scope] }),
  ],
};

function statementsWith(name: string, registryScopes: readonly string[], other: StatementPlan): V {
  return choice(name, (plan) => ({
    ...plan,
    statement: [...plan.statement, (found) => ({ ...found, registryScopes })],
    document: [...plan.document, (found) => ({ ...found, trustPolicies: [...(found['trustPolicies'] as readonly unknown[]), other] })],
  }));
}

const text = (name: string, change: ScenePlan['text'], rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, text: change }), rest);

export const documentDimension: Dimension<ScenePlan> = {
  name: 'document',
  weight: 1.2,
  good: [
    usual('usual', 12),
    text('with line breaks', (json) => JSON.stringify(JSON.parse(json), null, 4)),
    document('another order', (found) => Object.fromEntries(Object.entries(found).toReversed())),
  ],
  bad: [
    document('members more', (found) => ({ ...found, more: [1] })),
    members('members more in the statement', { more: [1] }),
    document('version 2.0', (found) => ({ ...found, version: '2.0' })),
    document('version a number', (found) => ({ ...found, version: 1 })),
    document('without a version', (found) => without(found, 'version')),
    document('without statements', (found) => without(found, 'trustPolicies')),
    statements('no statements', () => []),
    statements('a statement that is null', (found) => [...found, null]),
    members('without a name', { name: undefined }),
    members('an empty name', { name: '' }),
    statements('a name twice', (found) => [...found, { ...another, name: 'acme' }]),
    members('without a verification', { signatureVerification: undefined }),
    verification('without a level', { level: undefined }),
    verification('an unknown level', { level: 'lax' }),
    verification('a level in capitals', { level: 'Strict' }),
    members('stores and a level of skip', { trustStores: ['ca:acme'], trustedIdentities: ['*'] }, { when: isSkip, weight: 20 }),
    text('not JSON', () => '{"version":'),
    text('empty', () => ''),
    text('not there', () => undefined),
    text('a link', (json) => ({ link: json })),
    text('with a byte order mark', (json) => `\uFEFF${json}`),
    text('with text after it', (json) => `${json} more`),
    text('with a comma more', (json) => json.replace(/\}$/, ',}')),
    text('with a comment', (json) => `// policy\n${json}`),
    text('in UTF-16', (json) => ({ bytes: Buffer.from(json, 'utf16le') })),
    text('members in capitals', (json) => json.replace('"trustPolicies"', '"TrustPolicies"'), { weight: 0.7 }),
    text('the level twice', (json) => json.replace('"level":', '"level":"audit","level":'), { weight: 0.7 }),
    ...(
      [
        ['scope', 'registryScopes', 'registry.example:5000/acme/app-1', 'aA0.-_:/@*[]%', 3],
        ['store', 'trustStores', 'ca:acme-2', 'aA0.-_:/ ~', 1],
        ['identity', 'trustedIdentities', 'x509.subject: C=US, ST=WA, O=a\\, b\\2c, CN=x', 'aA0 ,+="\\<>;#:', 5],
        ['name', 'name', 'another', '" \n', 0.5],
      ] as const
    ).map(([what, member, good, characters, weight]) =>
      choice<ScenePlan>(
        `another statement's ${what} with a character otherwise`,
        (plan, random) => {
          const spoilt = spoilText(good, characters, random);
          const other = { ...another, registryScopes: ['registry.example/another'], [member]: member === 'name' ? spoilt : [spoilt] };
          return {
            ...plan,
            document: [
              ...plan.document,
              (found) => ({ ...found, trustPolicies: [...(found['trustPolicies'] as readonly unknown[]), other] }),
            ],
          };
        },
        { weight },
      ),
    ),
    statements('an invalid statement for another', (found) => [...found, { ...another, trustStores: [] }]),
  ],
};
