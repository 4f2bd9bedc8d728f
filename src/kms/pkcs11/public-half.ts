// The public half of a key, and the certificates beside it, as a token keeps them.
import type { Der } from '../../core/bytes.ts';
import { ecPublicKeyInfo, rsaPublicKeyInfo } from '../../x509/public-key-info.ts';
import { attribute, type Handle, objectClass } from './module.ts';
import { classOf, findObjects, readAttribute, type TokenSession } from './token.ts';

/** SubjectPublicKeyInfo from the public key object with the same id, or from the private key itself; undefined where neither tells it. */
export function readPublicKeyInfo(token: TokenSession, key: Handle, id: Buffer | undefined): Der | undefined {
  const beside = id === undefined ? [] : findObjects(token, [classOf(objectClass.publicKey), { type: attribute.id, value: id }]);
  for (const object of [...beside, key]) {
    const found = rsaKey(token, object) ?? ecKey(token, object);
    if (found !== undefined) return found;
  }
  return undefined;
}

function rsaKey(token: TokenSession, object: Handle): Der | undefined {
  const [modulus, exponent] = [attribute.modulus, attribute.publicExponent].map((type) => readAttribute(token, object, type));
  if (modulus === undefined || exponent === undefined) return undefined;
  return rsaPublicKeyInfo(modulus, exponent);
}

/** CKA_EC_POINT is the point as an OCTET STRING in DER; some tokens tell the point alone. */
function ecKey(token: TokenSession, object: Handle): Der | undefined {
  const [curve, told] = [attribute.ecParams, attribute.ecPoint].map((type) => readAttribute(token, object, type));
  if (curve === undefined || told === undefined) return undefined;
  return ecPublicKeyInfo(curve, unwrapPoint(told));
}

function unwrapPoint(told: Buffer): Buffer {
  const header = told[1] === 0x81 ? 3 : 2;
  const length = told[1] === 0x81 ? told[2] : told[1];
  return told[0] === 0x04 && length === told.length - header ? told.subarray(header) : told;
}

/** Certificates with the key's id, and all others, in DER. */
export function readCertificates(
  token: TokenSession,
  id: Buffer | undefined,
): { readonly own: readonly Der[]; readonly others: readonly Der[] } {
  const all = findObjects(token, [classOf(objectClass.certificate)]).flatMap((object) => {
    const der = readAttribute(token, object, attribute.value);
    return der === undefined ? [] : [{ der, id: readAttribute(token, object, attribute.id) }];
  });
  const isOwn = (one: (typeof all)[number]) => id !== undefined && one.id !== undefined && id.equals(one.id);
  return { own: all.filter(isOwn).map(({ der }) => der), others: all.filter((one) => !isOwn(one)).map(({ der }) => der) };
}
