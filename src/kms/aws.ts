import { NotationError } from '../core/error.ts';
import type { KeyProvider } from './provider.ts';

const absent = async () => {
  throw new NotationError('INTERNAL', 'aws: not written yet');
};

export const awsKeys: KeyProvider = { open: absent, describe: absent };
