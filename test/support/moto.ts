// moto: an AWS of others whose KMS signs wrongly: it hashes a digest again.
import { openPeer } from './peers.ts';
import { freePort, isOpen, startServer } from './server.ts';

export interface Moto {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const { stop } = await startServer({
    name: 'moto',
    command: [openPeer('moto_server'), '-H', '127.0.0.1', '-p', port],
    stopsWithInput: false,
    ready: async () => ((await isOpen(port)) ? port : undefined),
  });
  return { endpoint: `http://127.0.0.1:${port}`, stop };
}
