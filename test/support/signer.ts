// One signer in a process of its own: attaches `count` signatures to an artifact, and prints their digests.
import { openClient, openReference } from './repository.ts';

const [text = '', name = '', count = '1'] = process.argv.slice(2);
const { repository, reference } = openReference(openClient(), text);
const subject = await repository.resolve(reference.tagOrDigest);
for (let number = 0; number < Number(count); number += 1) {
  const signature = { mediaType: 'application/jose+json', envelope: Buffer.from(`${name} ${number}`), annotations: {} } as const;
  process.stdout.write(`${(await repository.attach(subject, signature)).digest}\n`);
}
