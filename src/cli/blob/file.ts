import { envelopeLimit } from '../../registry/manifest.ts';
import { disk } from '../../store/disk.ts';

/** The envelope in a signature file, at most as long as one in a registry may be. @throws NotationError `FILE` */
export function readSignatureFile(path: string): Promise<Uint8Array> {
  return disk.read(path, 'signature file', envelopeLimit);
}
