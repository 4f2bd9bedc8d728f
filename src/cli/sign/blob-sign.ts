// `blob sign`: a detached signature in a file beside the blob, or wherever the user says.
import { basename, join } from 'node:path';
import { NotationError } from '../../core/error.ts';
import { fileSuffixOf } from '../../envelope/index.ts';
import { checkMediaType, signBlob } from '../../sign/blob.ts';
import type { GeneratingPorts } from '../../sign/generate.ts';
import type { SigningPorts } from '../../sign/sign.ts';
import { checkBlob, readBlob } from '../../store/blob-file.ts';
import { disk } from '../../store/disk.ts';
import { withFailureLogged } from '../../store/log.ts';
import { writeWhole } from '../../store/write.ts';
import type { ToolContext } from '../context.ts';
import { missing } from '../line/missing.ts';
import { type OptionValues, textIn } from '../line/option.ts';
import { openSigningSession } from './signing-session.ts';

/** Signs a file and writes `NAME.jws.sig` or `NAME.cose.sig` (signature specification, "Blob Signatures"). @throws NotationError */
export async function signBlobFile(blob: string, options: OptionValues, context: ToolContext): Promise<number> {
  const [mediaType = '', folder = '', force] = [
    textIn(options, 'media-type'),
    textIn(options, 'signature-directory'),
    options['force'] === true,
  ];
  if (blob === '') throw missing('file path to the blob artifact', 'blob sign');
  if (folder === '') throw new NotationError('REQUEST', 'signature directory cannot be empty', { hint: 'name a folder' });
  checkMediaType(mediaType);
  await checkBlob(blob);
  const session = await openSigningSession('blob sign', options, context);
  const path = join(folder, `${basename(blob)}${fileSuffixOf(session.format)}`);
  if (!(await mayWrite(path, force, context))) return 0;
  await withFailureLogged(session.log, async () => {
    const ports = signingPorts(await session.open());
    const { envelope } = await signBlob(readBlob(blob), { ...session.wish, mediaType }, ports);
    await writeWhole(path, envelope, 0o600);
    session.log('info', 'signed', { blob, signature: path });
  });
  // The space is notation's.
  context.out(`Successfully signed ${blob}\n Signature file written to ${path}\n`);
  return 0;
}

/** The hash of a blob goes with the key, which only a plugin that signs messages tells (PLG-056). */
function signingPorts(ports: SigningPorts | GeneratingPorts): SigningPorts {
  if ('signer' in ports) return ports;
  throw new NotationError(
    'CONFIG',
    'plugin: expected SIGNATURE_GENERATOR.RAW, which signing blobs needs, found that it makes whole envelopes',
    {
      hint: 'sign the blob with a key of another plugin',
    },
  );
}

/** notation asks once the signature is made; a signature that nobody wants need not be made. */
async function mayWrite(path: string, force: boolean, context: ToolContext): Promise<boolean> {
  if (force) {
    context.error('Warning: existing signature file will be overwritten\n');
    return true;
  }
  if ((await disk.look(path)) === undefined) return true;
  return (await import('../voice/confirm.ts')).confirm('The signature file already exists, do you want to overwrite it?', context);
}
