import { parseJson } from '../core/json.ts';
import { parsePayload } from '../core/payload.ts';
import { codecOfMediaType } from '../envelope/index.ts';
import { demandPlugin } from '../envelope/verification-plugin.ts';
import { openKey } from '../kms/index.ts';
import { toSigner } from '../kms/signer.ts';
import type { GenerateEnvelopeRequest } from '../protocol/request.ts';
import { encodeEnvelope } from '../protocol/response.ts';
import { type SigningPorts, sign } from '../sign/sign.ts';
import type { HandlerContext } from './context.ts';

/**
 * Answers `generate-envelope`: the payload is signed byte for byte as notation sent it.
 * @throws NotationError `REQUEST` for a payload that is none of the Notary Project's, and whatever the key, the authority and the envelope throw
 */
export async function generateEnvelope(request: GenerateEnvelopeRequest, context: HandlerContext, agent: string): Promise<object> {
  const { keyId, payload, envelopeType, ...expiry } = request;
  parsePayload(parseJson(payload, 'payload'));
  const codec = await codecOfMediaType(envelopeType);
  const ports = { now: context.now, agent, ...(await timestamperOf(context)) };
  const signer = toSigner(await openKey(keyId, context), context.now);
  const { envelope, mediaType } = await sign(
    { payload, codec, ...expiry, extended: demandPlugin(context.settings.verificationPlugin) },
    { ...ports, signer },
  );
  return encodeEnvelope(envelope, mediaType);
}

/** The options of `mode=envelope`; nothing is loaded without them. */
async function timestamperOf({ settings, http, files, now, log, cacheFolder }: HandlerContext): Promise<Pick<SigningPorts, 'timestamper'>> {
  const { tsa_url: url, tsa_root_cert: rootPath } = settings.text;
  if (url === undefined || rootPath === undefined) return {};
  const [{ openTimestamper }, { readTimestampRoot }, { authorityCheck }, { writeWhole: write }] = await Promise.all([
    import('../timestamp/authority.ts'),
    import('../timestamp/root.ts'),
    import('../revocation/authority.ts'),
    import('../store/write.ts'),
  ]);
  const checkRevocation = authorityCheck({ http, now, log, folder: cacheFolder, files, write });
  return { timestamper: openTimestamper({ url, root: await readTimestampRoot(rootPath, files), http, checkRevocation }) };
}
