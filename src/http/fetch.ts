import type { Transport } from './transport.ts';

export const fetchTransport: Transport = {
  exchange: async () => {
    throw new Error('not written yet');
  },
  warm: () => undefined,
};
