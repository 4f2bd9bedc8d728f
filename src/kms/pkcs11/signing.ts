// Signatures by a key of a token, in whichever way the token offers.
import { createHash } from 'node:crypto';
import type { Algorithm, HashAlgorithm } from '../../core/algorithm.ts';
import type { SigningWay } from './conversation.ts';
import { encodePss } from './emsa-pss.ts';
import { attribute, call, Failed, type Handle, type Mechanism, mechanism, user } from './module.ts';
import { readAttribute, type TokenSession } from './token.ts';

/** The ways that a token offers, the best first. */
export function waysOf({ module, slot }: TokenSession): readonly SigningWay[] {
  const offered = call('C_GetMechanismList', () => module.C_GetMechanismList(slot));
  const ways: readonly (readonly [SigningWay, readonly number[]])[] = [
    ['PSS', [mechanism.rsaPss]],
    ['PSS with hash', [mechanism.sha256RsaPss, mechanism.sha384RsaPss, mechanism.sha512RsaPss]],
    ['raw RSA', [mechanism.rsaRaw]],
    ['ECDSA', [mechanism.ecdsa]],
  ];
  return ways.filter(([, wanted]) => wanted.every((one) => offered.includes(one))).map(([way]) => way);
}

/** Whether the key wants its PIN anew for each signature. */
export function wantsPinEachTime(token: TokenSession, key: Handle): boolean {
  return readAttribute(token, key, attribute.alwaysAuthenticate)?.[0] === 1;
}

/** PSS (salt = hash length) for RSA, r‖s for EC. @throws Failed */
export function signMessage(token: TokenSession, key: Handle, message: Uint8Array, algorithm: Algorithm): Uint8Array {
  const wanted = algorithm.kind === 'EC' ? (['ECDSA'] as const) : (['PSS', 'PSS with hash', 'raw RSA'] as const);
  const way = wanted.find((one) => waysOf(token).includes(one));
  if (way === undefined) throw new Failed({ why: 'no mechanism', found: waysOf(token).join(', ') || 'none of them' });
  const [how, data] = partsOf(way, message, algorithm, token.pssParameters);
  const { module, session, pin } = token;
  call('C_SignInit', () => module.C_SignInit(session, how, key));
  if (wantsPinEachTime(token, key)) call('C_Login', () => module.C_Login(session, user.contextSpecific, pin));
  // No signature of the six key specs is longer.
  const room = Buffer.alloc(1024);
  const length = call('C_Sign', () => module.C_Sign(session, Buffer.from(data), room));
  return room.subarray(0, length);
}

function partsOf(way: SigningWay, message: Uint8Array, algorithm: Algorithm, pssParameters: number): readonly [Mechanism, Uint8Array] {
  const { hash, hashBytes } = algorithm;
  const digest = createHash(hash).update(message).digest();
  const parameter = { type: pssParameters, ...hashes[hash], saltLen: hashBytes };
  switch (way) {
    case 'ECDSA':
      return [{ mechanism: mechanism.ecdsa }, digest];
    case 'PSS':
      return [{ mechanism: mechanism.rsaPss, parameter }, digest];
    case 'PSS with hash':
      return [{ mechanism: hashing[hash], parameter }, message];
    default:
      return [{ mechanism: mechanism.rsaRaw }, encodePss(digest, algorithm)];
  }
}

/** CKM_SHA… and CKG_MGF1_SHA…, which PSS parameters name. */
const hashes: Readonly<Record<HashAlgorithm, { readonly hashAlg: number; readonly mgf: number }>> = {
  'SHA-256': { hashAlg: 0x250, mgf: 2 },
  'SHA-384': { hashAlg: 0x260, mgf: 3 },
  'SHA-512': { hashAlg: 0x270, mgf: 4 },
};

const hashing: Readonly<Record<HashAlgorithm, number>> = {
  'SHA-256': mechanism.sha256RsaPss,
  'SHA-384': mechanism.sha384RsaPss,
  'SHA-512': mechanism.sha512RsaPss,
};
