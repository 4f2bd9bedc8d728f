// The module as the addon pkcs11js shows it, as far as it is used here, with the numbers of PKCS#11 (v2.40, "pkcs11t.h").
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Failure } from './conversation.ts';

/** An attribute of an object, or what is wanted of one. */
export interface Attribute {
  readonly type: number;
  readonly value?: Buffer | number | boolean | string;
}

export interface Mechanism {
  readonly mechanism: number;
  readonly parameter?: { readonly type: number; readonly hashAlg: number; readonly mgf: number; readonly saltLen: number };
}

export type Handle = Buffer;

export interface Module {
  load(path: string): void;
  C_Initialize(): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): TokenInfo;
  C_GetMechanismList(slot: Handle): number[];
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_CloseSession(session: Handle): void;
  C_Login(session: Handle, user: number, pin?: string): void;
  C_Logout(session: Handle): void;
  C_FindObjectsInit(session: Handle, template: Attribute[]): void;
  C_FindObjects(session: Handle, most: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: Attribute[]): { readonly value?: Buffer }[];
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  /** Writes the signature into `room`, and answers its length. */
  C_Sign(session: Handle, data: Buffer, room: Buffer): number;
}

/** Texts are filled up with blanks. */
export interface TokenInfo {
  readonly label: string;
  readonly manufacturerID: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly flags: number;
}

export const flag = { serialSession: 0x4, loginRequired: 0x4, pinPad: 0x100, lastTry: 0x20000, locked: 0x40000 } as const;
export const user = { normal: 1, contextSpecific: 2 } as const;
export const objectClass = { certificate: 1, publicKey: 2, privateKey: 3 } as const;
export const attribute = {
  class: 0x0,
  label: 0x3,
  value: 0x11,
  id: 0x102,
  sign: 0x108,
  modulus: 0x120,
  publicExponent: 0x122,
  ecParams: 0x180,
  ecPoint: 0x181,
  alwaysAuthenticate: 0x202,
} as const;
export const mechanism = { rsaRaw: 0x3, rsaPss: 0xd, sha256RsaPss: 0x43, sha384RsaPss: 0x44, sha512RsaPss: 0x45, ecdsa: 0x1041 } as const;

/** A failure on its way out. */
export class Failed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.why);
    this.failure = failure;
  }
}

interface Addon {
  readonly PKCS11: new () => Module;
  readonly CK_PARAMS_RSA_PSS: number;
}

/** The loaded module, and the addon's own number for parameters of PSS. */
export interface LoadedModule {
  readonly module: Module;
  readonly pssParameters: number;
}

/** Loads the addon, and the module by it. @throws Failed */
export function loadModule(path: string, addonPath: string | undefined): LoadedModule {
  const { PKCS11, CK_PARAMS_RSA_PSS: pssParameters } = loadAddon(addonPath);
  const module = new PKCS11();
  try {
    module.load(path);
  } catch (error) {
    throw new Failed({ why: 'no module', said: sayingOf(error) });
  }
  return { module, pssParameters };
}

function loadAddon(path: string | undefined): Addon {
  const holder: { exports: Partial<Addon> } = { exports: {} };
  try {
    process.dlopen(holder, path ?? installedAddon());
    if (typeof holder.exports.PKCS11 === 'function') return holder.exports as Addon;
  } catch (error) {
    throw new Failed({ why: 'no addon', said: sayingOf(error) });
  }
  throw new Failed({ why: 'no addon', said: 'it is another addon than that of pkcs11js' });
}

/** Where npm puts it, seen from this program. */
function installedAddon(): string {
  const manifest = createRequire(import.meta.url).resolve('pkcs11js/package.json');
  return join(dirname(manifest), 'build', 'Release', 'pkcs11.node');
}

/** Runs one function of the module. @throws Failed with the name of its error */
export function call<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw new Failed({ why: 'module', call: name, name: errorNameOf(error) });
  }
}

/** The addon writes "CKR_PIN_INCORRECT:160" into the message or the stack. */
function errorNameOf(error: unknown): string {
  const text = error instanceof Error ? `${error.message} ${error.stack}` : String(error);
  return /\bCKR_[A-Z0-9_]+/.exec(text)?.[0] ?? sayingOf(error);
}

function sayingOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
