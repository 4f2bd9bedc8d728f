// Where we judge otherwise than notation 1.3.2 on purpose: each with the item of the specification, and which way.
import type { Difference } from './compare.ts';
import { both, type Exception, either, oneOf, sceneOf, withPlans } from './exception.ts';
import { revocationExceptions } from './revocation-exceptions.ts';
import type { Situation } from './situation.ts';

/** What both wrote on standard error. */
interface Said {
  readonly theirs: string;
  readonly ours: string;
}

/** Every exception that excuses one of the differences; undefined when one of them has no excuse. */
export function justify(situation: Situation, differences: readonly Difference[], said: Said): readonly Exception[] | undefined {
  const found = differences.map((difference) => exceptions.filter((one) => excuses(one, situation, difference, said)));
  return found.every(({ length }) => length > 0) ? exceptions.filter((one) => found.some((some) => some.includes(one))) : undefined;
}

function excuses(exception: Exception, situation: Situation, difference: Difference, said: Said): boolean {
  if (difference.way !== exception.way || !exception.applies(situation)) return false;
  return exception.way === 'laxer' ? (exception.theySay?.test(said.theirs) ?? true) : exception.says.test(said.ours);
}

const policyExceptions: readonly Exception[] = [
  {
    id: 'policy-unknown-member',
    items: 'TPL-002, REF-25',
    reason:
      'a member that no specification knows is refused: whoever wrote it meant something by it; Go passes over it, and takes names in any case',
    way: 'stricter',
    applies: sceneOf('document', 'members more', 'members more in the statement', 'members in capitals'),
    says: /unknown member/,
  },
  {
    id: 'policy-text-after',
    items: 'TPL-002, RFC 8259 §2',
    reason: 'a policy is one JSON document; notation reads the first value of the file',
    way: 'stricter',
    applies: sceneOf('document', 'with text after it'),
    says: /not valid JSON/,
  },
  {
    id: 'policy-member-twice',
    items: 'TPL-002, RFC 8259 §4',
    reason: 'of a member that stands twice nobody knows which is meant; Go takes the last',
    way: 'stricter',
    applies: sceneOf('document', 'the level twice'),
    says: /found one twice/,
  },
];

const identityExceptions: readonly Exception[] = [
  {
    id: 'identity-grammar',
    isSeldom: true,
    items: 'TPL-020, TPL-024, RFC 4514 §3',
    reason:
      'a distinguished name that is not written by the grammar is refused; the Go library reads on over stray = and unescaped characters',
    way: 'stricter',
    applies: either(
      sceneOf('document', "another statement's identity with a character otherwise"),
      sceneOf('identities', 'unescaped', 'with a character otherwise'),
    ),
    says: /distinguished name/,
  },
];

const storeExceptions: readonly Exception[] = [
  {
    id: 'pem-headers',
    items: 'TST-002, RFC 7468 §2',
    reason: 'a certificate in PEM has no headers; Go reads those of older mail',
    way: 'stricter',
    applies: sceneOf('stores', 'PEM with headers'),
    says: /malformed PEM/,
  },
];

const envelopeExceptions: readonly Exception[] = [
  {
    id: 'unknown-critical-attribute',
    items: 'ATT-007, REF-14',
    reason: 'an attribute that must be processed and is not understood fails; notation passes over it where no plugin is named',
    way: 'stricter',
    applies: oneOf(
      'attributes',
      'an unknown critical attribute',
      'an unknown critical label',
      'a plugin version without a plugin',
      'unencoded payload',
    ),
    says: /critical|crit/,
  },
  {
    id: 'both-signing-times',
    items: 'ATT-003, ATT-004, COSE-006, COSE-007',
    reason: 'each signing time belongs to one scheme and must not be there under the other; notation looks in JWS only',
    way: 'stricter',
    applies: both(
      oneOf('format', 'cose'),
      oneOf('attributes', 'an authentic signing time too', 'a critical authentic signing time too', 'a claimed signing time too'),
    ),
    says: /expected: no io\.cncf\.notary\.(authenticS|s)igningTime under the scheme/,
  },
  {
    id: 'cose-crit',
    items: 'COSE-003, REF-19',
    reason:
      'crit names each attribute once, and none that is registered or must not be critical, in COSE as in JWS; notation looks in JWS only',
    way: 'stricter',
    applies: both(
      oneOf('format', 'cose'),
      oneOf('attributes', 'crit with a name twice', 'crit with the signing time', 'crit with a registered name'),
    ),
    says: /expected: crit to name/,
  },
  {
    id: 'jws-other-members',
    items: 'JWS-001, REF-19',
    reason: 'a JWS envelope has four members and no others, which Go would take for them in any case',
    way: 'stricter',
    applies: oneOf('encoding', 'a member more', 'a payload in capitals', 'general serialisation'),
    says: /about: +JWS envelope/,
  },
  {
    id: 'in-both-headers',
    items: 'RFC 7515 §7.2.1, RFC 9052 §3',
    reason: 'a parameter is in one header; notation reads the protected one',
    way: 'stricter',
    applies: oneOf('encoding', 'an attribute in both headers'),
    says: /in both/,
  },
  {
    id: 'jws-salt',
    items: 'JWS-016, RFC 7518 §3.5',
    reason: 'the salt of RSASSA-PSS is as long as the hash, in JWS as in COSE; the library that notation reads JWS with takes any',
    way: 'stricter',
    applies: both(oneOf('format', 'jws'), oneOf('signature value', 'short salt')),
    says: /found: +one that it did not make/,
  },
  {
    id: 'payload-spelling',
    items: 'PAY-001, PAY-002, RFC 8259 §4',
    reason: 'what was signed must be there once, under its name; Go takes any case and the last of several',
    way: 'stricter',
    applies: oneOf('payload', 'its members in capitals', 'a digest twice', 'another digest after it'),
    says: /was rejected: artifact/,
  },
  {
    id: 'time-form',
    isSeldom: true,
    items: 'JWS-007, RFC 3339 §5.6',
    reason: 'a zone is at most 23 hours and 59 minutes away, and a fraction of a second begins with a point; Go takes 24, 60 and a comma',
    way: 'stricter',
    applies: oneOf('attributes', 'a signing time with a character otherwise'),
    says: /found: +".*([+-](24:\d\d|\d\d:60)|:\d\d,\d.*)"/,
  },
  {
    id: 'spoilt-token',
    isSeldom: true,
    items: 'TSV-004, TSV-005, RFC 3161 §2.4.2',
    reason: 'a signed token must be well-formed in all that it says; the library that notation reads it with passes over some of that',
    way: 'stricter',
    applies: oneOf('timestamp', 'a bit of what is signed', 'any bit'),
    says: /timestamp token/,
  },
  {
    id: 'negative-serial',
    isSeldom: true,
    items: 'CRT-011, RFC 5280 §4.1.2.2',
    reason: 'serial numbers are positive; Go refuses negative ones as well, where it is not told to be as lenient as it once was',
    way: 'stricter',
    applies: oneOf('certificate signature', 'a bit of the leaf', 'a bit of the authority'),
    says: /a serial number of zero or more/,
  },
  {
    id: 'spoilt-certificate',
    isSeldom: true,
    items: 'CRT-001, RFC 5280 §4.1, §4.2',
    reason: 'a certificate must be well-formed in all that is read of it, the addresses in it too; Go passes over some of that',
    way: 'stricter',
    applies: oneOf('certificate signature', 'a bit of the leaf', 'a bit of the authority'),
    says: /certificate.*malformed DER/,
  },
  {
    id: 'other-extensions',
    isSeldom: true,
    items: 'CRT-014',
    reason:
      'extensions of a signing chain that the specification does not name are not looked at, malformed ones neither; Go reads some of them',
    way: 'laxer',
    theySay: /failed to read the trusted certificate|x509: (malformed|invalid)|asn1: /,
    applies: oneOf('certificate signature', 'a bit of the leaf', 'a bit of the authority'),
    without: (situation) => withPlans(situation, (plan) => ({ ...plan, chain: plan.chain.map(({ tbs: _, ...one }) => one) })),
  },
  {
    id: 'any-purpose',
    items: 'CRT-008, REF-22',
    reason: 'a signing certificate must not be for anyExtendedKeyUsage; notation forgets this one',
    way: 'stricter',
    applies: oneOf('leaf', 'purpose anyExtendedKeyUsage'),
    says: /anyExtendedKeyUsage/,
  },
  {
    id: 'uncritical-basic-constraints',
    items: 'CRT-002, REF-22',
    reason: 'basic constraints of an authority must be critical; notation does not look',
    way: 'stricter',
    applies: oneOf('authorities', 'basic constraints not critical'),
    says: /basic constraints that are not critical/,
  },
  {
    id: 'protected-chain',
    items: 'COSE-010, REF-20',
    reason: 'the chain may be in the protected header; notation looks for it in the other',
    way: 'laxer',
    applies: oneOf('encoding', 'the chain in the protected header'),
    without: (situation) => withPlans(situation, (plan) => ({ ...plan, chainIn: 'unprotected' })),
  },
  {
    id: 'artifact-type-form',
    items: 'OCI-009',
    reason: 'both forms of signature manifests are read; in layouts notation 1.3.2 finds only its own',
    way: 'laxer',
    applies: oneOf('manifest', 'in the form with an artifact type'),
    without: (situation) => withPlans(situation, (plan) => ({ ...plan, manifest: (manifest) => manifest })),
  },
];

const malformedManifests = [
  'two layers',
  'no layers',
  'a layer of another size',
  'a layer too large',
  'an envelope that is not there',
  'an envelope that was changed',
];

/** Whether notation gives up or not as it comes upon a malformed signature first or last. */
export function isChancy(situation: Situation): boolean {
  return situation.signatures.length > 1 && oneOf('manifest', ...malformedManifests)(situation);
}

const listExceptions: readonly Exception[] = [
  {
    id: 'sha1-self-signed',
    items: 'CRT-013',
    reason: 'no certificate of a chain may be signed with SHA-1, not even the only one; notation checks that of longer chains',
    way: 'stricter',
    applies: both(oneOf('length', 'a self-signed leaf'), oneOf('certificate signature', 'leaf SHA-1')),
    says: /SHA1/,
  },
  {
    id: 'weak-anchor',
    isSeldom: true,
    items: 'CRT-013, REF-24',
    reason:
      'a certificate that is no authority is self-signed, in a trust store too, when it is its own issuer by name, and not with SHA-1 or worse; notation looks at its key alone',
    way: 'stricter',
    applies: both(
      ({ signatures }) => signatures.length > 1,
      oneOf('length', 'a self-signed leaf'),
      oneOf('certificate signature', 'leaf SHA-1', 'leaf MD5', 'a bit of the leaf'),
    ),
    says: /expected a CA certificate or a self-signed signing certificate|expected: +a CA certificate or a self-signed/,
  },
  {
    id: 'malformed-among-others',
    items: 'OCI-011',
    reason: 'a signature that cannot be read does not keep the others from being tried; notation gives up when it comes upon it',
    way: 'laxer',
    applies: (situation) => isChancy(situation),
    without: (situation) => ({
      ...situation,
      signatures: situation.signatures.filter(({ choices }) => !malformedManifests.includes(choices['manifest'] ?? '')),
    }),
  },
];

export const exceptions: readonly Exception[] = [
  ...policyExceptions,
  ...identityExceptions,
  ...storeExceptions,
  ...envelopeExceptions,
  ...listExceptions,
  ...revocationExceptions,
];
