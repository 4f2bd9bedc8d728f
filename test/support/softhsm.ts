// A token of SoftHSM in a folder, filled by SoftHSM's and OpenSC's own programs, behind a module that can be made to fail.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Der } from '../../src/core/bytes.ts';
import { openPeer } from './peers.ts';
import type { TestKey } from './pki.ts';

/** Made anew in each process, so that finding it in an output is no accident. */
export const pin: string = randomBytes(12).toString('hex');
const officerPin = 'an-officers-pin';

export interface Token {
  readonly label: string;
  /** The module that passes everything on to SoftHSM's, and SoftHSM's own. */
  readonly module: string;
  readonly softhsm: string;
  readonly addon: string;
  /** What modules and programs need. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of the module's functions, as they were called since the last time. */
  takeTrace(): readonly string[];
  /** Puts a key on the token; the id in hexadecimal. */
  importKey(label: string, id: string, key: TestKey): void;
  /** Puts a certificate on the token. */
  importCertificate(label: string, id: string, certificate: Der): void;
  /** What pkcs11-tool tells of the slots. */
  slots(): string;
  /** Runs pkcs11-tool, logged in. */
  tool(...words: readonly string[]): string;
}

/** Makes a token of this label ready; those in one folder are seen together. */
export function makeToken(folder: string, label = 'notation'): Token {
  const tokens = join(folder, 'tokens');
  mkdirSync(tokens, { recursive: true });
  const configuration = join(folder, 'softhsm2.conf');
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const softhsm = join(dirname(openPeer('softhsm2-util')), '..', 'lib', 'libsofthsm2.so');
  const trace = join(folder, 'trace');
  const environment = { SOFTHSM2_CONF: configuration, PKCS11_REAL: softhsm, PKCS11_TRACE: trace };
  const run = (program: string, words: readonly string[]) =>
    execFileSync(program, words, {
      env: { PATH: process.env['PATH'], SOFTHSM2_CONF: configuration },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const tool = (...words: readonly string[]) =>
    run(openPeer('pkcs11-tool'), ['--module', softhsm, '--token-label', label, '--login', '--pin', pin, ...words]);
  run(openPeer('softhsm2-util'), ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', officerPin]);
  const write = (name: string, bytes: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  return {
    label,
    module: openPeer('pkcs11-fault.so'),
    softhsm,
    addon: openPeer('pkcs11.node'),
    environment,
    slots: () => run(openPeer('pkcs11-tool'), ['--module', softhsm, '--list-token-slots']),
    tool,
    takeTrace: () => {
      const called = readFileSync(trace, 'utf8').trim().split('\n');
      writeFileSync(trace, '');
      return called;
    },
    importKey: (name, id, key) => {
      const path = write('import.p8', key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      run(openPeer('softhsm2-util'), ['--import', path, '--token', label, '--label', name, '--id', id, '--pin', pin]);
    },
    importCertificate: (name, id, certificate) => {
      tool('--write-object', write('import.der', certificate), '--type', 'cert', '--id', id, '--label', name);
    },
  };
}
