// One session with one token: found, logged in to, searched, and left again.
import {
  type Attribute,
  attribute,
  call,
  Failed,
  flag,
  type Handle,
  type LoadedModule,
  objectClass,
  type TokenInfo,
  user,
} from './module.ts';
import type { KeyWish, TokenWish } from './uri.ts';

export interface TokenSession extends LoadedModule {
  readonly slot: Handle;
  readonly session: Handle;
  readonly info: TokenInfo;
  /** Kept for keys that want it for each signature. */
  readonly pin: string | undefined;
}

const most = 1000;

/** Opens a session with the one token that has everything which is wished, and logs in. @throws Failed */
export function openToken(loaded: LoadedModule, wish: TokenWish, pin: string | undefined): TokenSession {
  const { module } = loaded;
  call('C_Initialize', () => module.C_Initialize());
  const slot = findSlot(loaded, wish);
  const info = call('C_GetTokenInfo', () => module.C_GetTokenInfo(slot));
  const session = call('C_OpenSession', () => module.C_OpenSession(slot, flag.serialSession));
  const opened = { ...loaded, slot, session, info, pin };
  logIn(opened);
  return opened;
}

/** Logs out and ends the module; what fails then is of no use to anybody. */
export function closeToken({ module, session }: TokenSession): void {
  for (const step of [() => module.C_Logout(session), () => module.C_CloseSession(session), () => module.C_Finalize()]) {
    try {
      step();
    } catch {
      // Nobody was logged in, or the token is gone.
    }
  }
}

function findSlot({ module }: LoadedModule, wish: TokenWish): Handle {
  const tokens = call('C_GetSlotList', () => module.C_GetSlotList(true)).map((slot) => ({
    slot,
    info: call('C_GetTokenInfo', () => module.C_GetTokenInfo(slot)),
  }));
  const fitting = tokens.filter(({ slot, info }) => fits(slot, info, wish));
  const [only, other] = fitting;
  if (only === undefined) throw new Failed({ why: 'no token', found: tokens.map(({ info }) => describeToken(info)) });
  if (other !== undefined) throw new Failed({ why: 'several tokens', found: fitting.map(({ info }) => describeToken(info)) });
  return only.slot;
}

function fits(slot: Handle, info: TokenInfo, { label, serial, manufacturer, model, slotId }: TokenWish): boolean {
  const pairs = [
    [label, info.label],
    [serial, info.serialNumber],
    [manufacturer, info.manufacturerID],
    [model, info.model],
  ] as const;
  const sameSlot = slotId === undefined || numberOf(slot) === slotId;
  // A token that is not made ready has no label and no keys.
  const ready = info.label.trim() !== '' || label !== undefined;
  return sameSlot && ready && pairs.every(([wanted, found]) => wanted === undefined || wanted === unpadded(found));
}

/** A handle is a CK_ULONG in the machine's order, which is little-endian wherever this program runs. */
function numberOf(handle: Handle): number {
  return handle.length >= 8 ? Number(handle.readBigUInt64LE(0)) : handle.readUInt32LE(0);
}

/** "token NAME, serial N", for people. */
function describeToken(info: TokenInfo): string {
  return `token=${JSON.stringify(unpadded(info.label))} serial=${JSON.stringify(unpadded(info.serialNumber))}`;
}

/** Without the blanks, or zero bytes, that it is filled up with. */
export function unpadded(text: string): string {
  return text.replace(/[ \0]+$/, '');
}

function logIn({ module, session, info, pin }: TokenSession): void {
  if ((info.flags & flag.locked) !== 0) throw new Failed({ why: 'module', call: 'C_Login', name: 'CKR_PIN_LOCKED' });
  // notation starts this program anew for each signature: a wrong PIN would lock the token while nobody looks.
  if ((info.flags & flag.lastTry) !== 0) throw new Failed({ why: 'last try', found: describeToken(info) });
  if (pin !== undefined) call('C_Login', () => module.C_Login(session, user.normal, pin));
  else if ((info.flags & flag.pinPad) !== 0) call('C_Login', () => module.C_Login(session, user.normal));
  else if ((info.flags & flag.loginRequired) !== 0) throw new Failed({ why: 'pin wanted', found: describeToken(info) });
}

/** The one private key that has everything which is wished. @throws Failed */
export function findPrivateKey(token: TokenSession, wish: KeyWish): Handle {
  const template = [classOf(objectClass.privateKey), ...templateOf(wish)];
  const keys = findObjects(token, template);
  const [only, other] = keys;
  if (only !== undefined && other === undefined) return only;
  const there = only === undefined ? findObjects(token, [classOf(objectClass.privateKey)]) : keys;
  throw new Failed({
    why: only === undefined ? 'no key' : 'several keys',
    found: there.slice(0, 20).map((key) => describeKey(token, key)),
  });
}

function templateOf({ label, id }: KeyWish): Attribute[] {
  return [
    ...(label === undefined ? [] : [{ type: attribute.label, value: label }]),
    ...(id === undefined ? [] : [{ type: attribute.id, value: Buffer.from(id, 'hex') }]),
  ];
}

export function classOf(value: number): Attribute {
  return { type: attribute.class, value };
}

/** "object=LABEL id=%01", for people. */
function describeKey(token: TokenSession, key: Handle): string {
  const label = readAttribute(token, key, attribute.label)?.toString('utf8') ?? '';
  const id = (readAttribute(token, key, attribute.id)?.toString('hex') ?? '').replace(/../g, '%$&');
  return `object=${JSON.stringify(unpadded(label))} id=${id}`;
}

/** Every object that has these attributes. */
export function findObjects({ module, session }: TokenSession, template: Attribute[]): readonly Handle[] {
  call('C_FindObjectsInit', () => module.C_FindObjectsInit(session, template));
  try {
    return call('C_FindObjects', () => module.C_FindObjects(session, most));
  } finally {
    call('C_FindObjectsFinal', () => module.C_FindObjectsFinal(session));
  }
}

/** One attribute; undefined when the object has none of this kind, or does not tell it. */
export function readAttribute({ module, session }: TokenSession, object: Handle, type: number): Buffer | undefined {
  try {
    const [found] = module.C_GetAttributeValue(session, object, [{ type }]);
    return found?.value !== undefined && found.value.length > 0 ? found.value : undefined;
  } catch {
    return undefined;
  }
}
