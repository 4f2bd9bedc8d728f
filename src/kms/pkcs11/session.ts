// The other end of the conversation: the process in which the module runs.
import { algorithmOfSpec } from '../../core/algorithm.ts';
import { toBase64 } from '../../core/bytes.ts';
import type { Answer, Opened, Question } from './conversation.ts';
import { attribute, Failed, type Handle, loadModule } from './module.ts';
import { readCertificates, readPublicKeyInfo } from './public-half.ts';
import { signMessage, wantsPinEachTime, waysOf } from './signing.ts';
import { closeToken, findPrivateKey, openToken, readAttribute, type TokenSession, unpadded } from './token.ts';

interface OpenKey {
  readonly token: TokenSession;
  readonly key: Handle;
}

/**
 * Answers questions until there are no more, then logs out. Never throws.
 * @param input what comes in, in the pieces that it comes in
 * @param say writes one line
 */
export async function serveSession(input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, say: (line: string) => void): Promise<void> {
  let open: OpenKey | undefined;
  for await (const line of linesOf(input)) {
    const answer = answerOrFailure(() => {
      const question = JSON.parse(line) as Question;
      if (question.ask === 'open') {
        open = openKey(question);
        return { opened: describe(open) };
      }
      return sign(question, open);
    });
    say(`${JSON.stringify(answer)}\n`);
  }
  if (open !== undefined) closeToken(open.token);
}

type OpenQuestion = Question & { readonly ask: 'open' };

function openKey({ addon, module, token: wish, key, pin }: OpenQuestion): OpenKey {
  const token = openToken(loadModule(module, addon), wish, pin);
  try {
    return { token, key: findPrivateKey(token, key) };
  } catch (error) {
    closeToken(token);
    throw error;
  }
}

function describe({ token, key }: OpenKey): Opened {
  const [id, label] = [readAttribute(token, key, attribute.id), readAttribute(token, key, attribute.label)];
  const publicKeyInfo = readPublicKeyInfo(token, key, id);
  const { own, others } = readCertificates(token, id);
  const { info } = token;
  return {
    token: {
      label: unpadded(info.label),
      serial: unpadded(info.serialNumber),
      manufacturer: unpadded(info.manufacturerID),
      model: unpadded(info.model),
    },
    key: {
      label: unpadded(label?.toString('utf8') ?? ''),
      id: id?.toString('hex') ?? '',
      maySign: readAttribute(token, key, attribute.sign)?.[0] !== 0,
      pinEachTime: wantsPinEachTime(token, key),
    },
    ...(publicKeyInfo !== undefined && { publicKeyInfo: toBase64(publicKeyInfo) }),
    certificates: { own: own.map(toBase64), others: others.map(toBase64) },
    ways: waysOf(token),
  };
}

function sign({ keySpec, message }: Question & { readonly ask: 'sign' }, open: OpenKey | undefined): Answer {
  if (open === undefined) throw new Error('no key is open');
  return { signature: toBase64(signMessage(open.token, open.key, Buffer.from(message, 'base64'), algorithmOfSpec(keySpec))) };
}

function answerOrFailure(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failed) return { failure: error.failure };
    return { failure: { why: 'module', call: 'this program', name: error instanceof Error ? error.message : String(error) } };
  }
}

async function* linesOf(input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of input) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
