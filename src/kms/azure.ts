import { NotationError } from '../core/error.ts';
import type { KeyProvider } from './provider.ts';

const absent = async () => {
  throw new NotationError('INTERNAL', 'azure: not written yet');
};

export const azureKeys: KeyProvider = { open: absent, describe: absent };
