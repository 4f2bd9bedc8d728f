// What the tool must do for a key of any cloud that has no certificate.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Algorithm } from '../../src/core/algorithm.ts';
import type { Der } from '../../src/core/bytes.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { executableUnderTest, type Result, runProgram } from '../support/notation.ts';
import { openssl, verifiesRequest } from '../support/openssl.ts';
import { assertSigns, type CloudSession } from './cloud-session.ts';
import { pluginConfig } from './session.ts';

/** How a cloud is reached. */
export interface Way {
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, string>>;
}

export interface Tool {
  run(...words: readonly string[]): Promise<Result>;
  /** Runs a command that must have no complaint; answers what it printed. */
  print(...words: readonly string[]): Promise<string>;
}

/** `--subject` and a name whose identity the session's notation trusts. */
export const subjectWords: readonly string[] = ['--subject', 'CN=release, C=US, ST=WA, O=notation-ts-kms'];

export function openTool({ folder }: CloudSession, { environment, config }: Way): Tool {
  const run = (...words: readonly string[]) =>
    runProgram(executableUnderTest(), [...words, ...pluginConfig(config)], { ...environment, HOME: folder });
  const print = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await run(...words);
    assert.deepEqual([code, stderr], [0, ''], words.join(' '));
    return stdout;
  };
  return { run, print };
}

/** openssl verifies the request and the certificate that the key signs; the certificate is the key's, and notation signs and verifies with it. */
export async function assertCertifies(
  session: CloudSession,
  way: Way,
  id: string,
  algorithm: Algorithm,
  publicKeyInfo: Der,
): Promise<void> {
  const { folder, notation } = session;
  const { print } = openTool(session, way);
  const [request, certificate] = [`${algorithm.keySpec}.csr`, `${algorithm.keySpec}.crt`];
  await print('key', 'csr', '--id', id, ...subjectWords, '--out', join(folder, request));
  assert.ok(verifiesRequest(folder, request));
  await print('key', 'self-signed', '--id', id, ...subjectWords, '--out', join(folder, certificate));
  openssl(folder, 'verify', '-x509_strict', '-check_ss_sig', '-CAfile', certificate, certificate);
  const checked = await print('cert', 'chain', 'check', join(folder, certificate), '--id', id);
  assert.match(checked, new RegExp(`it signs with ${algorithm.signing}\\n`));
  const [leaf] = parseCertificates(readFileSync(join(folder, certificate)), certificate);
  assert.ok(leaf);
  assert.deepEqual(Buffer.from(leaf.publicKeyInfo), Buffer.from(publicKeyInfo));
  const added = await notation.run(['cert', 'add', '--type', 'ca', '--store', 'interop', join(folder, certificate)]);
  assert.equal(added.code, 0, added.stderr);
  const config = { ...way.config, cert_chain: join(folder, certificate) };
  await assertSigns(session, { id, config, environment: way.environment }, leaf.der);
}
