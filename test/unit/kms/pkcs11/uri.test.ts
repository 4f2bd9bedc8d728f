import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePkcs11Uri } from '../../../../src/kms/pkcs11/uri.ts';

describe('PKCS#11 URIs', () => {
  test('every attribute that tells a token, a key or a module', () => {
    const uri =
      'PKCS11:token=My%20token;serial=4d1f;manufacturer=Snake%20Oil,%20Inc.;model=1.0;slot-id=17;object=a%3bb;id=%01%aB9;type=private?module-path=/usr/lib/libx.so&module-name=libx&pin-source=file:/etc/my%20pin';
    assert.deepEqual(parsePkcs11Uri(uri), {
      token: { label: 'My token', serial: '4d1f', manufacturer: 'Snake Oil, Inc.', model: '1.0', slotId: 17 },
      key: { label: 'a;b', id: '01ab39' },
      modulePath: '/usr/lib/libx.so',
      moduleName: 'libx',
      pinFile: '/etc/my pin',
    });
  });

  test('nothing but the scheme is any token and any key', () => {
    assert.deepEqual(parsePkcs11Uri('pkcs11:'), { token: {}, key: {} });
  });

  test('labels in UTF-8, plainly or percent-encoded', () => {
    for (const label of ['schlüssel', 'schl%C3%BCssel']) assert.equal(parsePkcs11Uri(`pkcs11:object=${label}`).key.label, 'schlüssel');
  });

  for (const [uri, says] of [
    ['pkcs11:object=a;object=b', /each once/],
    ['pkcs11:object', /each once/],
    ['pkcs11:objekt=a', /expected the attributes token, serial/],
    ['pkcs11:x-vendor=a', /"x-vendor"/],
    ['pkcs11:object=a?module=b', /expected the attributes module-path/],
    ['pkcs11:id=%1', /percent/],
    ['pkcs11:id=%zz', /percent/],
    ['pkcs11:type=cert', /type=private/],
    ['pkcs11:slot-id=one', /slot-id=NUMBER/],
    ['pkcs11:object=a?pin-source=|cat%20pin', /pin-source=file:/],
    ['pkcs11:object=a#b', /begins with pkcs11:/],
  ] as const) {
    test(`${uri} is refused`, () => {
      assert.throws(() => parsePkcs11Uri(uri), { code: 'KEY_NOT_FOUND', message: says });
    });
  }

  test('a PIN is refused wherever it stands, and not repeated', () => {
    for (const uri of ['pkcs11:object=a?pin-value=s3cret', 'pkcs11:pin-value=s3cret']) {
      assert.throws(
        () => parsePkcs11Uri(uri),
        (error: Error) => /pin-value/.test(error.message) && !/s3cret/.test(JSON.stringify(error) + error.message),
      );
    }
  });
});
