// Where we judge revocation otherwise than notation 1.3.2 on purpose.
import { crl } from './crl-answer.ts';
import { answered, both, type Exception, either, oneOf, sceneOf, withEmptyCache, withSources } from './exception.ts';
import { ocsp } from './ocsp-answer.ts';

const spoiltAnswers = ['OCSP: a bit of what is signed', 'OCSP: any bit'];
const spoiltLists = ['CRL: a bit of what is signed', 'CRL: a bit of what is signed, listed'];

export const revocationExceptions: readonly Exception[] = [
  {
    id: 'spoilt-answer',
    items: 'REV-007, REV-008, RFC 6960 §3.2, §4.2',
    reason:
      'a signed answer must name its responder and the certificate, by issuer and serial number, and be well-formed; Go compares the serial number only',
    way: 'stricter',
    applies: answered(...spoiltAnswers),
    says: /OCSP response/,
  },
  {
    id: 'spoilt-crl',
    items: 'REV-011, REV-013, RFC 5280 §5.1',
    reason: 'a signed CRL must name its issuer and be well-formed; notation and Go pass over some of that',
    way: 'stricter',
    applies: answered(...spoiltLists),
    says: /CRL(, \w+)*: /,
  },
  {
    id: 'crl-entries-of-others',
    isSeldom: true,
    items: 'REV-013, RFC 5280 §5.1.2.6, §5.3',
    reason: 'in entries for other certificates dates and reasons are measured and not read: in long lists that is most of the work',
    way: 'laxer',
    theySay: /malformed (UTCTime|GeneralizedTime|reasonCode extension)/,
    applies: answered(...spoiltLists),
    without: withSources((found) => (found.lists.length > 0 ? { ...found, lists: [{ answer: crl() }] } : found)),
  },
  {
    id: 'answer-of-the-future',
    items: 'REV-008, RFC 6960 §4.2.2.1; REV-013, RFC 5280 §5.1.2.4',
    reason: 'what a responder or CRL says holds from its thisUpdate on; notation does not look at it',
    way: 'stricter',
    applies: answered('OCSP: of the future', 'CRL: of the future'),
    says: /this update to have passed|expected one made before/,
  },
  {
    id: 'responder-not-authorised',
    items: 'REV-007, RFC 6960 §4.2.2.2',
    reason: 'a delegated responder needs the purpose OCSPSigning and a certificate that is valid; Go looks at its signature only',
    way: 'stricter',
    applies: answered('OCSP: by a delegate without the purpose', 'OCSP: by a delegate that expired'),
    says: /meant for OCSP signing|expired on/,
  },
  {
    id: 'issuer-sends-its-certificate',
    items: 'REV-007, RFC 6960 §4.2.1',
    reason:
      'an answer that the issuer signed holds though its certificate is sent along; Go takes the certificate for a delegate, which must be signed by the issuer',
    way: 'laxer',
    applies: answered('OCSP: by the issuer, its certificate sent along'),
    without: withSources((found) => (found.responders.length > 0 ? { ...found, responders: [{ answer: ocsp() }] } : found)),
  },
  {
    id: 'ocsp-algorithm',
    items: 'REV-007, RFC 8410 §5, RFC 4055 §3.1',
    reason: 'an authority whose certificates verify with Ed25519 or RSASSA-PSS may sign its answers so; Go knows neither in OCSP',
    way: 'laxer',
    applies: either(oneOf('authority', 'Ed25519'), answered('OCSP: good, with RSASSA-PSS')),
    without: (situation) =>
      withEmptyCache(
        withSources((found) => (found.responders.length > 0 ? { responders: [], lists: [{ answer: crl() }] } : found))(situation),
      ),
  },
  {
    id: 'ocsp-algorithm-heard',
    items: 'REV-005, REV-007, RFC 8410 §5',
    reason: 'and where such an answer says revoked, it is; notation asks the CRL instead',
    way: 'stricter',
    applies: both(oneOf('authority', 'Ed25519'), answered('a revoking responder, a good CRL')),
    says: /says OCSP|by OCSP/,
  },
  {
    id: 'cache-not-believed',
    items: 'REV-004, REV-013',
    reason: 'what the cache holds is checked as if it came from the network, and fetched again when it does not hold; notation gives up',
    way: 'laxer',
    applies: both(sceneOf('cache', 'CRLs by a stranger'), ({ signatures }) =>
      signatures.some(({ plan }) => plan.chain.some(({ lists }) => lists.length > 0)),
    ),
    without: withEmptyCache,
  },
  {
    id: 'crl-of-another-name',
    items: 'REV-013, RFC 5280 §6.3.3 (b)',
    reason: 'a CRL speaks of the certificates of the authority whose name it has; notation looks at its key only',
    way: 'stricter',
    applies: answered('CRL: in the name of another'),
    says: /expected it to be issued by/,
  },
  {
    id: 'crl-bytes-left-over',
    items: 'REV-011, RFC 5280 §5.1',
    reason: 'a CRL is one DER structure and nothing after it; Go passes over what follows',
    way: 'stricter',
    applies: answered('CRL: bytes left over'),
    says: /trailing bytes/,
  },
  {
    id: 'crl-entry-critical',
    items: 'REV-013, RFC 5280 §5.3',
    reason: 'a CRL with an unknown critical extension in any entry cannot be used; notation looks at the entries of the certificate only',
    way: 'stricter',
    applies: answered('CRL: an unknown critical extension of an entry'),
    says: /known critical extensions only/,
  },
  {
    id: 'crl-removal-in-base',
    items: 'REV-016, RFC 5280 §5.3.1',
    reason: 'removeFromCRL has a meaning in delta CRLs only; notation lets it lift a hold in a complete CRL',
    way: 'stricter',
    applies: answered('CRL: hold lifted', 'CRL: hold lifted and held again'),
    says: /removeFromCRL in a complete CRL/,
  },
  {
    id: 'delta-without-number',
    items: 'REV-017, RFC 5280 §5.2.3',
    reason:
      'a delta CRL without a number cannot be used, which a policy may log, and which says nothing of other signatures; notation crashes',
    way: 'laxer',
    applies: both(
      answered('CRL: a delta without a number'),
      either(
        sceneOf('level', 'permissive', 'audit'),
        sceneOf('override', 'revocation is logged'),
        ({ signatures }) => signatures.length > 1,
      ),
    ),
    without: withSources(({ responders, lists }) => ({
      responders,
      lists: lists.length > 0 ? [{ answer: crl({ freshest: { number: 11 } }) }] : lists,
    })),
  },
  {
    id: 'delta-as-base',
    items: 'REV-017, RFC 5280 §5.2.4',
    reason: 'a delta CRL alone does not say what is revoked; notation takes it for a complete one',
    way: 'stricter',
    applies: answered('CRL: itself a delta'),
    says: /found a delta CRL/,
  },
];
