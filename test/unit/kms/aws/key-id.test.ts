import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NotationError } from '../../../../src/core/error.ts';
import { type AwsKeyId, parseAwsKeyId } from '../../../../src/kms/aws/key-id.ts';

const uuid = '1234abcd-12ab-34cd-56ef-1234567890ab';
const multi = 'mrk-1234abcd12ab34cd56ef1234567890ab';
const arn = `arn:aws:kms:eu-west-1:111122223333:key/${uuid}`;

const readable: readonly (readonly [string, AwsKeyId])[] = [
  [`awskms:///${uuid}`, { key: uuid }],
  [`AWSKMS:///${uuid}`, { key: uuid }],
  [`awskms:///${multi}`, { key: multi }],
  ['awskms:///alias/team/release', { key: 'alias/team/release' }],
  ['alias/release', { key: 'alias/release' }],
  [arn, { key: arn, region: 'eu-west-1' }],
  [`awskms:///${arn}`, { key: arn, region: 'eu-west-1' }],
  [`awskms://kms.example:8443/${uuid}`, { key: uuid, endpoint: 'https://kms.example:8443' }],
  [`awskms://kms.eu-west-1.amazonaws.com/${uuid}`, { key: uuid, endpoint: 'https://kms.eu-west-1.amazonaws.com', region: 'eu-west-1' }],
  [
    `awskms://kms-fips.us-gov-west-1.amazonaws.com/${uuid}`,
    { key: uuid, endpoint: 'https://kms-fips.us-gov-west-1.amazonaws.com', region: 'us-gov-west-1' },
  ],
  ...['aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f', 'aws-eusc'].map((partition) => {
    const alias = `arn:${partition}:kms:xx-place-1:111122223333:alias/release`;
    return [alias, { key: alias, region: 'xx-place-1' }] as const;
  }),
];

const unreadable: readonly string[] = [
  'awskms://',
  'awskms:///',
  'awskms:///release',
  `awskms://${uuid}`,
  'awskms:///alias/',
  'awskms:///alias/with space',
  `awskms:///${uuid}/more`,
  `awskms:///awskms:///${uuid}`,
  `awskms://user:secret@host/${uuid}`,
  'arn:aws:kms:eu-west-1:111122223333:grant/1',
  'arn:aws:kms::111122223333:alias/x',
  'arn:aws:kms:eu-west-1:1:alias/x',
  `arn:aws:kms:eu-west-1:111122223333:key/${uuid}\n`,
];

describe('key ids of AWS KMS', () => {
  for (const [keyId, expected] of readable) test(keyId, () => assert.deepEqual(parseAwsKeyId(keyId), expected));

  for (const keyId of unreadable) {
    test(`refused: ${JSON.stringify(keyId)}`, () => {
      assert.throws(
        () => parseAwsKeyId(keyId),
        (error) => error instanceof NotationError && error.code === 'KEY_NOT_FOUND',
      );
    });
  }

  test('any text is a key id or refused, and never half of one', () => {
    const parts = fc.constantFrom(
      'awskms:',
      '//',
      '/',
      'alias/',
      'arn:aws:kms:eu-west-1:',
      '111122223333:',
      'key/',
      uuid,
      multi,
      'host:1',
      '?',
      '#',
      ' ',
      '\0',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(parts, { maxLength: 6 }).map((some) => some.join('')),
    );
    const check = (text: string) => {
      try {
        assert.ok(text.endsWith(parseAwsKeyId(text).key));
      } catch (error) {
        assert.ok(error instanceof NotationError && (error.code === 'KEY_NOT_FOUND' || error.code === 'CONFIG'), String(error));
      }
    };
    fc.assert(fc.property(texts, check), { numRuns: 5000 });
  });

  test('an endpoint in one region and an ARN in another', () => {
    assert.throws(() => parseAwsKeyId(`awskms://kms.us-east-1.amazonaws.com/${arn}`), /eu-west-1.*us-east-1/);
  });
});
