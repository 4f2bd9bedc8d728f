// Trust policies and trust stores, and whether signatures of the key in question would pass them here.
import { ownErrorIn } from '../../core/error.ts';
import { doubtful, type Finding, found } from '../../core/finding.ts';
import { parseJson } from '../../core/json.ts';
import { selectStatement, skippingAll } from '../../policy/oci.ts';
import { type Demands, type OciStatement, type StoreReference, textOfStore } from '../../policy/statement.ts';
import {
  blobPolicyPlace,
  isPolicyThere,
  ociPolicyPlace,
  passedOver,
  policyLimit,
  readBlobPolicy,
  readOciPolicy,
} from '../../store/trust-policy.ts';
import { readNamedStore, readTrustStore } from '../../store/trust-store.ts';
import { judgeAuthenticity } from '../../verify/authenticity.ts';
import { type Certificate, quoteSubject } from '../../x509/certificate.ts';
import { printName } from '../../x509/name.ts';
import { failed, type Section } from './check.ts';
import type { Patient } from './patient.ts';
import { scopeOf } from './scope.ts';

const fix = 'correct that statement, then notation-ts-kms policy show prints the policy';

export const trustSection: Section = {
  title: 'Trust',
  checks: [
    { id: 'trust.policy', title: 'policy', hint: fix, run: lookAtPolicy },
    { id: 'trust.blob-policy', title: 'blob policy', hint: fix, run: lookAtBlobPolicy },
    { id: 'trust.statements', title: 'statements', needs: ['trust.policy'], run: lookAtStatements },
    { id: 'trust.stores', title: 'stores', hint: 'notation-ts-kms certificate add puts certificates into a store', run: lookAtStores },
    { id: 'trust.scope', title: 'artifact', needs: ['trust.policy'], run: lookAtScope },
    { id: 'trust.key', title: 'this key', needs: ['trust.policy', 'trust.scope', 'chain.certificates'], run: lookAtKey },
  ],
};

async function lookAtPolicy({ directories, files }: Patient): Promise<Finding> {
  const place = ociPolicyPlace(directories);
  if (!isPolicyThere(place))
    return doubtful(`none: ${place.path} does not exist, and no artifact can be verified here`, 'notation-ts-kms policy init makes one');
  const { statements } = await readOciPolicy(directories, files);
  const facts = { path: place.path, statements: statements.length };
  const other = passedOver(place, directories);
  if (other === undefined) return found(`${countOf(statements.length)} in ${place.path}`, facts);
  return doubtful(
    `${countOf(statements.length)} in ${place.path}, which notation 1 does not read: it reads ${other}`,
    'remove one of them',
    facts,
  );
}

async function lookAtBlobPolicy({ directories, files }: Patient): Promise<Finding | undefined> {
  const place = blobPolicyPlace(directories);
  if (!isPolicyThere(place)) return undefined;
  const { statements } = await readBlobPolicy(directories, files);
  return found(`${countOf(statements.length)} in ${place.path}`, { path: place.path, statements: statements.length });
}

function countOf(statements: number): string {
  return statements === 1 ? '1 statement' : `${statements} statements`;
}

/** The statements of the policy for artifacts; none where there is no policy, of which another check tells. @throws NotationError `FILE`, `POLICY` */
async function statementsOf({ directories, files }: Patient): Promise<readonly OciStatement[]> {
  return isPolicyThere(ociPolicyPlace(directories)) ? (await readOciPolicy(directories, files)).statements : [];
}

/** What is allowed to stand in a statement, and does not do what somebody may think. */
async function lookAtStatements(patient: Patient): Promise<readonly Finding[]> {
  const statements = await statementsOf(patient);
  const all = skippingAll({ version: '1.0', statements });
  const passing = `statement ${quote(all?.name ?? '')} lets every artifact pass that no other one is about`;
  const skipping = all === undefined ? [] : [doubtful(passing, 'choose another level than skip')];
  const asking = statements.length === 0 ? new Set<string>() : await namesAskingForTimestamps(patient);
  return [...skipping, ...statements.flatMap((statement) => doubtsOf(statement, asking.has(statement.name)))];
}

/** Statements in which somebody wrote verifyTimestamp, whose value may be the default's. */
async function namesAskingForTimestamps({ directories, files }: Patient): Promise<ReadonlySet<string>> {
  const { path, name } = ociPolicyPlace(directories);
  const { trustPolicies } = parseJson(await files.read(path, 'trust policy', policyLimit), name, 'POLICY') as {
    readonly trustPolicies: readonly { readonly name: string; readonly signatureVerification: { readonly verifyTimestamp?: unknown } }[];
  };
  return new Set(trustPolicies.filter((one) => one.signatureVerification.verifyTimestamp !== undefined).map((one) => one.name));
}

function doubtsOf({ name, level, trustStores, trustedIdentities }: Demands, asksForTimestamps: boolean): readonly Finding[] {
  const where = `statement ${quote(name)}`;
  const has = (...wanted: readonly StoreReference['type'][]) => trustStores.some(({ type }) => wanted.includes(type));
  const unmet = doubtful(`${where} has no trust store of type ca or signingAuthority: nothing can pass it`, 'add one to its trustStores');
  const untimed = doubtful(
    `${where}: verifyTimestamp means nothing without a trust store of type tsa`,
    'add "tsa:<store>" to its trustStores',
  );
  const foreign = trustedIdentities.flatMap((one) => (one.kind === 'other' ? [one.text] : []));
  return [
    ...(level !== 'skip' && !has('ca', 'signingAuthority') ? [unmet] : []),
    ...(asksForTimestamps && !has('tsa') ? [untimed] : []),
    ...foreign.map((text) =>
      doubtful(`${where}: only a verification plugin understands the identity ${quote(text)}`, 'write "x509.subject: …"'),
    ),
  ];
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** Each store that a statement names, once. */
async function lookAtStores(patient: Patient): Promise<readonly Finding[]> {
  const { directories, files, context } = patient;
  const [oci, blob] = await Promise.all([statementsOf(patient).catch(() => []), blobStatementsOf(patient).catch(() => [])]);
  const named = new Map([...oci, ...blob].flatMap(({ trustStores }) => trustStores).map((store) => [textOfStore(store), store]));
  return Promise.all(
    [...named].map(async ([text, { type, name }]) => {
      const store = await readNamedStore(directories, type, name, files);
      return 'error' in store ? failed(store.error) : judgeStore(text, store.certificates, context.now());
    }),
  );
}

async function blobStatementsOf({ directories, files }: Patient): Promise<readonly Demands[]> {
  return isPolicyThere(blobPolicyPlace(directories)) ? (await readBlobPolicy(directories, files)).statements : [];
}

function judgeStore(store: string, certificates: readonly Certificate[], now: Date): Finding {
  const expired = certificates.filter(({ notAfter }) => notAfter < now);
  const facts = { store, certificates: certificates.length, expired: expired.length };
  const [first] = expired;
  if (first !== undefined) {
    const which = expired.length === 1 ? quoteSubject(first) : `${expired.length} of ${certificates.length}, ${quoteSubject(first)} first`;
    return doubtful(`${store}: expired: ${which}`, 'add what took its place; what it vouches for passes by a timestamp at most', facts);
  }
  const names = certificates.slice(0, 3).map(({ subject }) => printName(subject));
  return found(`${store}: ${names.join('; ')}${certificates.length > 3 ? ` and ${certificates.length - 3} more` : ''}`, facts);
}

/** Which statement is about the artifact in question. */
async function lookAtScope(patient: Patient): Promise<Finding | undefined> {
  const [statements, scope] = [await statementsOf(patient), scopeOf(patient.wish)];
  if (scope === undefined || statements.length === 0) return undefined;
  const { name, level } = selectStatement({ version: '1.0', statements }, scope);
  const facts = { scope, statement: name, level };
  if (level === 'skip') return doubtful(`statement ${quote(name)} skips verification for ${scope}`, 'choose another level', facts);
  return found(`statement ${quote(name)} of level ${level} is about ${scope}`, facts);
}

/** By the artifact's statement, or by any. Who signs here may be verified elsewhere, by another policy: only an artifact in question makes it a failure. */
async function lookAtKey(patient: Patient): Promise<Finding | undefined> {
  const key = await patient.key();
  const statements = await demandingStatements(patient);
  if (key === undefined || statements.length === 0) return undefined;
  const chain = await key.chain();
  const judged = await Promise.all(statements.map((statement) => judge(statement, chain, patient)));
  const trusting = judged.filter((one) => typeof one === 'string');
  if (trusting.length > 0)
    return found(`who signs with it is trusted by ${trusting.map(quote).join(', ')}`, { statements: trusting.join(' ') });
  const [first] = judged.filter((one) => typeof one !== 'string');
  if (first === undefined || scopeOf(patient.wish) !== undefined) return first;
  return { ...first, status: 'warning', message: `no statement trusts who signs with it; ${first.message}` };
}

/** Those that demand something of the artifact in question, or of any. */
async function demandingStatements(patient: Patient): Promise<readonly OciStatement[]> {
  const [all, scope] = [await statementsOf(patient), scopeOf(patient.wish)];
  if (all.length === 0) return [];
  const about = scope === undefined ? all : [selectStatement({ version: '1.0', statements: all }, scope)];
  return about.filter(({ level }) => level !== 'skip');
}

/** The statement's name when it trusts the chain, and otherwise why not. */
async function judge(statement: Demands, chain: readonly Certificate[], { directories, files }: Patient): Promise<string | Finding> {
  try {
    const stores = { readTrustStore: (type: StoreReference['type'], name: string) => readTrustStore(directories, type, name, files) };
    await judgeAuthenticity(chain, 'notary.x509', statement, stores);
    return statement.name;
  } catch (error) {
    if (ownErrorIn(error) === undefined) throw error;
    return failed(error);
  }
}
