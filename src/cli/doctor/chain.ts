// The certificates that go into a signature: each rule, whose key it is, how long they last, and whether any is revoked.
import { equalBytes } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { doubtful, type Finding, found, unknown, wrong } from '../../core/finding.ts';
import { readCertificates } from '../../kms/certificates.ts';
import { readTrustStores } from '../../store/trust-store.ts';
import { type Certificate, nameOf, quoteSubject } from '../../x509/certificate.ts';
import { diagnoseChain } from '../../x509/chain/diagnosis.ts';
import { checkCodeSigningChain, findBrokenRules } from '../../x509/chain/profile.ts';
import { printName } from '../../x509/name.ts';
import { problemHints } from '../certificate/problem-hints.ts';
import { blockedBy, failed, isDenied, type Section } from './check.ts';
import { ofKey } from './key.ts';
import type { Patient, PatientKey } from './patient.ts';
import { lookAtRevocation } from './revocation.ts';

const needs = ['key.open', 'chain.certificates'];

export const chainSection: Section = {
  title: 'Certificates',
  checks: [
    {
      id: 'chain.certificates',
      title: 'chain',
      needs: ['key.config', 'credentials.source'],
      hint: 'notation-ts-kms certificate chain check says more',
      run: async (patient) => {
        const key = await patient.key();
        return key && lookAtChain(key, patient);
      },
    },
    { id: 'chain.rules', title: 'rules', needs, run: ofKey(async ({ chain }) => judgeRules(await chain())) },
    { id: 'chain.key', title: 'its key', needs, run: ofKey(lookAtKey) },
    { id: 'chain.validity', title: 'validity', needs, run: ofKey(async ({ chain, keys }) => judgeValidity(await chain(), keys.now())) },
    {
      id: 'chain.revocation',
      title: 'revocation',
      needs,
      run: async (patient) => {
        const key = await patient.key();
        return key && lookAtRevocation(await key.chain(), patient);
      },
    },
  ],
};

/** What a file of certificates has wrong is told all at once; elsewhere only the first fault is known. */
async function lookAtChain(key: PatientKey, patient: Patient): Promise<readonly Finding[]> {
  try {
    const chain = await key.chain();
    const names = chain.map(({ subject }) => printName(subject));
    return [found(names.join(' ← '), { certificates: chain.length })];
  } catch (error) {
    const path = key.settings.text.cert_chain;
    if (!(error instanceof NotationError) || !ofCertificates.has(error.code)) return [await blameOpening(error, key)];
    const findings = path === undefined ? [] : await diagnose(path, key, patient).catch(() => []);
    return findings.length === 0 ? [failed(error)] : findings;
  }
}

const ofCertificates: ReadonlySet<string> = new Set(['CERTIFICATE', 'KEY_MISMATCH', 'KEY_UNUSABLE']);

/** Why the key could not be opened is told where it was. */
async function blameOpening(error: unknown, { opened }: PatientKey): Promise<Finding> {
  return opened().then(
    () => failed(error),
    () => blockedBy('key.open'),
  );
}

const fix = 'notation-ts-kms certificate chain check --fix writes the chain put right';

/** As `certificate chain check` tells it; signing puts right by itself what can be put right. */
async function diagnose(path: string, { opened, keys }: PatientKey, { directories, files }: Patient): Promise<readonly Finding[]> {
  const given = await readCertificates(path, 'certificate chain (cert_chain)', keys);
  const publicKeyInfo = await opened()
    .then((key) => key.publicKeyInfo())
    .catch(() => undefined);
  const stores = await readTrustStores(directories, 'ca', files);
  const known = stores.flatMap((store) =>
    'error' in store ? [] : store.certificates.map((certificate) => ({ certificate, place: `the trust store ca:${store.name}` })),
  );
  const { problems } = diagnoseChain(given, { ...(publicKeyInfo && { publicKeyInfo }), known, at: keys.now() });
  const lasting = problems.filter(({ kind }) => kind !== 'order' && kind !== 'duplicate');
  return lasting.map(({ kind, message, repairable }) => wrong(`${path}: ${message}`, repairable ? fix : problemHints[kind], { kind }));
}

function judgeRules(chain: readonly Certificate[]): readonly Finding[] {
  const broken = findBrokenRules(chain);
  if (broken.length > 0) return broken.map(failed);
  // Signing itself goes by these.
  checkCodeSigningChain(chain);
  return [found('every rule for code signing is kept')];
}

async function lookAtKey({ opened, chain, permission }: PatientKey): Promise<Finding> {
  const [leaf] = await chain();
  const key = await opened();
  try {
    const own = await key.publicKeyInfo();
    if (leaf !== undefined && equalBytes(own, leaf.publicKeyInfo)) return found('the first certificate is for this key');
  } catch (error) {
    if (!isDenied(error)) throw error;
    return unknown(
      `this identity may not read the public key; each signature is verified with the certificate all the same: ${error.message}`,
    );
  }
  // Of keys with versions the one that is the certificate's signs, which need not be the newest.
  const signed = await permission().then(
    ({ facts }) => facts?.['how'] === 'test signature',
    () => false,
  );
  if (signed) return doubtful(older, 'get a certificate for the newest version');
  return wrong('the first certificate is for another key', problemHints.key);
}

const older = 'the key was rotated: the first certificate is for an older version, which still signs';

const day = 86_400_000;
/** Days before its end at which a certificate should be renewed. */
const soonDays = 30;

/** By the certificate that ends first. */
function judgeValidity(chain: readonly Certificate[], now: Date): Finding {
  const early = chain.find(({ notBefore }) => notBefore > now);
  if (early !== undefined) {
    return wrong(`${nameOf(early)} is not valid before ${early.notBefore.toISOString()}`, "look at this machine's clock, or wait");
  }
  const [first] = chain.toSorted((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
  if (first === undefined) return unknown('there is no certificate');
  const days = Math.floor((first.notAfter.getTime() - now.getTime()) / day);
  const facts = { subject: quoteSubject(first), notAfter: first.notAfter.toISOString(), days };
  const until = `until ${first.notAfter.toISOString()}`;
  if (first.notAfter < now) return wrong(`${nameOf(first)} was valid ${until}`, 'have it renewed: nothing can be signed with it', facts);
  if (days < soonDays) return doubtful(`${nameOf(first)} is valid ${until}: ${countOf(days)} more`, 'have it renewed soon', facts);
  return found(`${until}: ${countOf(days)} more`, facts);
}

function countOf(days: number): string {
  if (days < 1) return 'less than a day';
  return days === 1 ? '1 day' : `${days} days`;
}
