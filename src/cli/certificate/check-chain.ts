// Says why certificates are not the chain that notation accepts, and puts it right.
import type { Der } from '../../core/bytes.ts';
import { NotationError, sentenceOf } from '../../core/error.ts';
import { openKey } from '../../kms/index.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { type NamedStore, readTrustStores } from '../../store/trust-store.ts';
import { parseCertificates, toPem } from '../../x509/bundle.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { diagnoseChain, type Problem } from '../../x509/chain/diagnosis.ts';
import { checkCodeSigningChain } from '../../x509/chain/profile.ts';
import { keySpecOrName } from '../../x509/key-spec.ts';
import { printName } from '../../x509/name.ts';
import { fingerprint } from '../../x509/public-key.ts';
import type { ToolContext } from '../context.ts';
import { checkDestination, type Destination, deliver } from '../key/destination.ts';
import { withKeys } from '../sign/key-context.ts';
import { printFields } from '../voice/fields.ts';
import { problemHints } from './problem-hints.ts';

export interface CheckChain extends Destination {
  readonly files: readonly string[];
  /** The key whose certificate the leaf must be. */
  readonly id?: string | undefined;
  readonly pluginConfig: readonly string[];
  readonly fix: boolean;
}

const fileLimit = 4 << 20;

/**
 * Prints the chain when notation accepts it as it stands; otherwise each problem on a line. With `fix`, writes the chain put right, or
 * nothing when it cannot be.
 * @throws NotationError `CERTIFICATE` when problems stay, `REQUEST`, `FILE`, and what opening the key throws
 */
export async function checkChain(wish: CheckChain, context: ToolContext): Promise<number> {
  checkWish(wish);
  await checkDestination(wish);
  const given = (await Promise.all(wish.files.map(readCertificates))).flat();
  const publicKeyInfo = await publicKeyOf(wish, context);
  const stores = await readTrustStores(directoriesOf(context), 'ca', disk);
  const circumstances = { known: stores.flatMap(knownIn), at: context.now(), ...(publicKeyInfo !== undefined && { publicKeyInfo }) };
  const { problems, chain } = diagnoseChain(given, circumstances);
  tell(problems, wish.fix, context);
  const lasting = problems.filter(({ repairable }) => !repairable);
  if (lasting.some(({ kind }) => kind === 'missing')) warnOfStores(stores, context);
  if (lasting.length > 0 || (problems.length > 0 && !wish.fix)) throw notAccepted(wish, problems, lasting);
  await conclude(chain, wish, context);
  return 0;
}

function checkWish({ fix, out, id, pluginConfig }: CheckChain): void {
  if (out !== undefined && !fix) throw new NotationError('REQUEST', 'out: expected --fix with it, found --out alone');
  if (id === undefined && pluginConfig.length > 0)
    throw new NotationError('REQUEST', 'plugin-config: expected --id with it, found no key id');
}

async function readCertificates(path: string): Promise<readonly Certificate[]> {
  return parseCertificates(await disk.read(path, 'certificate file', fileLimit), path);
}

async function publicKeyOf({ id, pluginConfig }: CheckChain, context: ToolContext): Promise<Der | undefined> {
  if (id === undefined) return undefined;
  return withKeys('certificate chain check', { id, pluginConfig }, context, async (keys) => (await openKey(id, keys)).publicKeyInfo());
}

function knownIn(store: NamedStore) {
  if ('error' in store) return [];
  return store.certificates.map((certificate) => ({ certificate, place: `the trust store ca:${store.name}` }));
}

function tell(problems: readonly Problem[], fix: boolean, { error }: ToolContext): void {
  for (const { kind, message, repairable } of problems) error(`${kind}: ${message}${fix && repairable ? '; put right' : ''}\n`);
}

function warnOfStores(stores: readonly NamedStore[], { error }: ToolContext): void {
  for (const store of stores) if ('error' in store) error(`Warning: ${sentenceOf(store.error)}\n`);
}

function notAccepted({ files, fix }: CheckChain, problems: readonly Problem[], lasting: readonly Problem[]): NotationError {
  const [first] = lasting;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const part = first === undefined || lasting.length === problems.length ? '' : `, ${lasting.length} of them not to be put right here`;
  const nothing = fix ? '; nothing is written' : '';
  return new NotationError('CERTIFICATE', `${files.join(', ')}: notation does not accept this chain: ${count}${part}${nothing}`, {
    hint: first === undefined ? '--fix puts that right' : problemHints[first.kind],
  });
}

/** Believes the diagnosis only when the rules that signing itself goes by agree. */
async function conclude(chain: readonly Certificate[], wish: CheckChain, context: ToolContext): Promise<void> {
  const { signing } = checkCodeSigningChain(chain, context.now());
  if (wish.fix) await deliver(toPem(chain.map(({ der }) => der)), 'chain', wish, context);
  if (wish.fix && wish.out === undefined) return;
  const count = chain.length === 1 ? '1 certificate' : `${chain.length} certificates, leaf first`;
  context.out(`notation accepts this chain: ${count}; it signs with ${signing}\n`);
  for (const certificate of chain) context.out(`\n${printFields(toFields(certificate), '  ')}`);
}

function toFields({ subject, issuer, notBefore, notAfter, publicKeyInfo, der }: Certificate): readonly (readonly [string, string])[] {
  return [
    ['Subject', printName(subject)],
    ['Issuer', printName(issuer)],
    ['Valid', `from ${notBefore.toISOString()} to ${notAfter.toISOString()}`],
    ['Key', keySpecOrName(publicKeyInfo, 'public key')],
    ['SHA-256', fingerprint(der)],
  ];
}
