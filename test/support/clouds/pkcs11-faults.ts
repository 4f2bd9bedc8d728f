// What a PKCS#11 module and its token may do wrong: a module of ours before SoftHSM's does it.
import type { Expected, Row, StageName } from './row.ts';

const everywhere: readonly StageName[] = ['pkcs11 describe', 'pkcs11 sign', 'pkcs11 tool'];
const processes: readonly StageName[] = ['pkcs11 sign'];

export const pkcs11Faults: readonly Row[] = [
  { ...fails('nothing wrong', '', everywhere, { outcome: 'success' }), processes },
  { ...fails('a module that prints', 'chatter', everywhere, { outcome: 'success' }), processes },
  fails('a token whose keys want the PIN each time', 'again', ['pkcs11 sign'], { outcome: 'success' }),
  fails('a PIN that is wrong', 'CKR C_Login 160', everywhere, { outcome: 'ACCESS_DENIED', says: [/CKR_PIN_INCORRECT/] }),
  fails('a PIN that is locked', 'CKR C_Login 164', everywhere, { outcome: 'ACCESS_DENIED', says: [/CKR_PIN_LOCKED/] }),
  fails('a token that is gone', 'CKR C_OpenSession 224', everywhere, { outcome: 'VALIDATION_ERROR', says: [/CKR_TOKEN_NOT_PRESENT/] }),
  fails('a device that fails', 'CKR C_Sign 48', ['pkcs11 sign'], { outcome: 'ERROR', says: [/C_Sign failed \(CKR_DEVICE_ERROR\)/] }),
  fails('a key that may not sign', 'CKR C_SignInit 104', ['pkcs11 sign'], { outcome: 'ACCESS_DENIED' }),
  fails('an error that nobody knows', 'CKR C_FindObjectsInit 2147483649', everywhere, { outcome: 'ERROR' }),
  fails('a signature that is wrong', 'wrong', ['pkcs11 sign'], { outcome: 'VALIDATION_ERROR', says: [/does not verify/] }),
  fails('no way to sign', 'without 4161', ['pkcs11 sign'], { outcome: 'VALIDATION_ERROR', says: [/found PSS/] }),
  ...['C_Initialize', 'C_Login', 'C_FindObjectsInit'].map((at) =>
    fails(`a crash in ${at}`, `crash ${at}`, everywhere, { outcome: 'ERROR', says: [/ended its process/] }),
  ),
  { ...fails('a crash in C_Sign', 'crash C_Sign', ['pkcs11 sign'], { outcome: 'ERROR', says: [/ended its process/] }), processes },
  ...['C_Initialize', 'C_Login', 'C_FindObjectsInit'].map((at) => ({
    ...fails(`silence of ${at}`, `hang ${at}`, everywhere, { outcome: 'TIMEOUT' }),
    seconds: 2,
  })),
  { ...fails('silence of C_Sign', 'hang C_Sign', ['pkcs11 sign'], { outcome: 'TIMEOUT' }), seconds: 2, processes },
];

function fails(name: string, fault: string, at: readonly StageName[], expected: Expected): Row {
  return { name, at, scene: { environment: { PKCS11_FAULT: fault } }, expected };
}
