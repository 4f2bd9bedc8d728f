import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Environment } from '../../../../src/core/ports.ts';
import { parseAwsKeyId } from '../../../../src/kms/aws/key-id.ts';
import { placeOf } from '../../../../src/kms/aws/place.ts';
import { contextOf } from '../../../support/backends.ts';
import { temporaryFolder } from '../../../support/key-files.ts';

const alias = 'alias/release';
const arn = 'arn:aws:kms:eu-west-1:111122223333:alias/release';
const home = { HOME: '/nowhere' };

interface Case {
  readonly name: string;
  readonly keyId?: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly environment?: Environment;
  /** Of ~/.aws/config. */
  readonly file?: string;
  readonly expected: string;
}

const cases: readonly Case[] = [
  { name: 'the ARN says the region', keyId: arn, expected: 'https://kms.eu-west-1.amazonaws.com' },
  { name: 'over the environment', keyId: arn, environment: { AWS_REGION: 'us-east-1' }, expected: 'https://kms.eu-west-1.amazonaws.com' },
  {
    name: 'the option',
    config: { aws_region: 'us-west-2' },
    environment: { AWS_REGION: 'us-east-1' },
    expected: 'https://kms.us-west-2.amazonaws.com',
  },
  { name: "another plugin's spelling", config: { 'aws-region': 'us-west-2' }, expected: 'https://kms.us-west-2.amazonaws.com' },
  {
    name: 'AWS_REGION',
    environment: { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-2' },
    expected: 'https://kms.us-east-1.amazonaws.com',
  },
  { name: 'AWS_DEFAULT_REGION', environment: { AWS_DEFAULT_REGION: 'us-east-2' }, expected: 'https://kms.us-east-2.amazonaws.com' },
  { name: 'the default profile', file: '[default]\nregion = ap-south-1\n', expected: 'https://kms.ap-south-1.amazonaws.com' },
  {
    name: 'a named profile',
    config: { aws_profile: 'build' },
    file: '[default]\nregion = ap-south-1\n[profile build]\nregion = ap-south-2\n',
    expected: 'https://kms.ap-south-2.amazonaws.com',
  },
  { name: 'China', config: { aws_region: 'cn-north-1' }, expected: 'https://kms.cn-north-1.amazonaws.com.cn' },
  {
    name: 'FIPS',
    environment: { AWS_REGION: 'us-gov-west-1', AWS_USE_FIPS_ENDPOINT: 'true' },
    expected: 'https://kms-fips.us-gov-west-1.amazonaws.com',
  },
  {
    name: 'dual stack',
    environment: { AWS_REGION: 'eu-west-1', AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    expected: 'https://kms.eu-west-1.api.aws',
  },
  {
    name: 'FIPS and dual stack, by the profile',
    file: '[default]\nregion=us-east-1\nuse_fips_endpoint=true\nuse_dualstack_endpoint=true\n',
    expected: 'https://kms-fips.us-east-1.api.aws',
  },
  {
    name: 'AWS_ENDPOINT_URL_KMS over AWS_ENDPOINT_URL',
    environment: { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:4566/', AWS_ENDPOINT_URL: 'https://other' },
    expected: 'http://127.0.0.1:4566',
  },
  {
    name: 'the endpoint of a service of the profile',
    file: '[default]\nregion=us-east-1\nservices=local\n[services local]\nkms =\n  endpoint_url = https://kms.local:1\n',
    expected: 'https://kms.local:1',
  },
  {
    name: 'the endpoint of the profile',
    file: '[default]\nregion=us-east-1\nendpoint_url=https://aws.local\n',
    expected: 'https://aws.local',
  },
  {
    name: 'endpoints that are to be ignored',
    environment: { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'https://other', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    expected: 'https://kms.us-east-1.amazonaws.com',
  },
  {
    name: 'the endpoint of the key id',
    keyId: `awskms://kms.local:8443/${alias}`,
    environment: { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'https://other' },
    expected: 'https://kms.local:8443',
  },
];

const refusals: readonly (Omit<Case, 'expected'> & { readonly message: RegExp })[] = [
  { name: 'no region at all', message: /AWS region: expected a name.*found none/ },
  { name: 'a region that is none', environment: { AWS_REGION: 'us east' }, message: /found something else/ },
  { name: 'two regions', keyId: arn, config: { aws_region: 'us-east-1' }, message: /us-east-1.*eu-west-1/ },
  {
    name: 'an endpoint that is none',
    environment: { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_KMS: 'kms.local' },
    message: /AWS_ENDPOINT_URL_KMS/,
  },
];

describe('where AWS KMS is asked', () => {
  for (const one of cases) {
    test(one.name, async (t) => assert.equal((await place(one, temporaryFolder(t))).endpoint, one.expected));
  }
  for (const one of refusals) {
    test(one.name, async (t) => assert.rejects(place(one, temporaryFolder(t)), one.message));
  }
});

function place({ keyId = alias, config = {}, environment = {}, file }: Omit<Case, 'expected'>, folder: string) {
  const path = join(folder, 'config');
  if (file !== undefined) writeFileSync(path, file);
  return placeOf(parseAwsKeyId(keyId), contextOf(config, { ...home, AWS_CONFIG_FILE: path, ...environment }));
}
