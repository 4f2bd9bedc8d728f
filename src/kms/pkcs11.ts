// Keys in tokens behind PKCS#11 modules: HSMs, smart cards, SoftHSM. The module runs in a process of its own.
import { type Algorithm, algorithmOfSpec } from '../core/algorithm.ts';
import { type Der, fromBase64, toBase64 } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { once } from '../core/once.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { keySpecOf, keySpecOrName } from '../x509/key-spec.ts';
import { collectCertificates, leafOf, noChain } from './certificates.ts';
import { algorithmOfLeaf, chainOf } from './leaf.ts';
import type { Opened } from './pkcs11/conversation.ts';
import type { TokenKey } from './pkcs11/key.ts';
import { type Pkcs11Uri, parsePkcs11Uri } from './pkcs11/uri.ts';
import type { Key, KeyContext, KeyDescription, KeyProvider } from './provider.ts';

/** Key ids: PKCS#11 URIs (RFC 7512). */
export const pkcs11Keys: KeyProvider = {
  open: openPkcs11Key,
  describe: describePkcs11Key,
  examine: async (keyId, context) => (await import('./pkcs11/examination.ts')).examinePkcs11Key(keyId, context),
};

async function openPkcs11Key(keyId: string, context: KeyContext): Promise<Key> {
  const wish = parsePkcs11Uri(keyId);
  const token = once(() => openToken(wish, context));
  const collected = await collectCertificates(context, async () => chainOnToken((await token()).opened, context));
  const leaf = await leafOf(collected, () => chainOf(collected));
  const algorithm = leaf === undefined ? algorithmOfSpec(keySpecOf(publicKeyOf(await token()), 'key')) : algorithmOfLeaf(leaf);
  return {
    algorithm,
    publicKeyInfo: async () => publicKeyOf(await token()),
    certificates: async () => {
      if (collected.length === 0) throw noChain('the token keeps no certificate with the key’s id');
      return chainOf(collected);
    },
    sign: async (message) => sign(await token(), message, algorithm),
  };
}

async function openToken(wish: Pkcs11Uri, context: KeyContext): Promise<TokenKey> {
  const { openModule } = await import('./pkcs11/key.ts');
  return openModule(wish, context);
}

async function sign({ process }: TokenKey, message: Uint8Array, { keySpec }: Algorithm): Promise<Uint8Array> {
  const answer = await process.ask({ ask: 'sign', keySpec, message: toBase64(message) });
  if ('signature' in answer) return fromBase64(answer.signature, 'signature', 'UNAVAILABLE');
  throw new NotationError('INTERNAL', 'PKCS#11: expected a signature, found another answer');
}

/** The certificate with the key's id, and of the token's others those that it leads to. */
async function chainOnToken({ certificates }: Opened, { now }: KeyContext): Promise<readonly Certificate[]> {
  const { assembleChain } = await import('../x509/chain/assembly.ts');
  const [own, others] = [certificates.own, certificates.others].map((all) => all.map((der) => parse(der)));
  return assembleChain(own ?? [], others ?? [], [], now());
}

function parse(der: string): Certificate {
  return parseCertificate(fromBase64(der, 'certificate of the token', 'CERTIFICATE'), 'certificate of the token');
}

function publicKeyOf({ opened }: TokenKey): Der {
  const told = opened.publicKeyInfo;
  if (told !== undefined) return fromBase64(told, 'public key', 'UNAVAILABLE');
  const [own] = opened.certificates.own;
  if (own !== undefined) return parse(own).publicKeyInfo;
  throw new NotationError('KEY_UNUSABLE', 'key: expected its public half on the token, found none', {
    hint: 'put the public key or the certificate of the key on the token, with the same CKA_ID',
  });
}

async function describePkcs11Key(keyId: string, context: KeyContext): Promise<KeyDescription> {
  const token = await openToken(parsePkcs11Uri(keyId), context);
  const { key, token: place, ways, certificates } = token.opened;
  const id = key.id.replace(/../g, '%$&');
  return {
    id: `pkcs11:token=${encodeURIComponent(place.label)};object=${encodeURIComponent(key.label)};id=${id}`,
    spec: keySpecOrName(publicKeyOf(token), 'key'),
    state: key.maySign ? 'enabled' : 'not for signing',
    algorithms: ways,
    facts: {
      token: place.label,
      serial: place.serial,
      manufacturer: place.manufacturer,
      model: place.model,
      module: token.module,
      'PIN for each signature': key.pinEachTime ? 'yes' : 'no',
      'certificates with its id': String(certificates.own.length),
    },
  };
}
