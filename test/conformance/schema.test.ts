// src/protocol and plugin-spec/schema accept and reject the same requests, so that neither drifts.
import { strictEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fill, loadMapping } from '../../scripts/conformance/keys.ts';
import { compileSchemas, objection } from '../../scripts/conformance/schemas.ts';
import { loadVectors } from '../../scripts/conformance/vector.ts';
import { NotationError } from '../../src/core/error.ts';
import { parseDescribeKey, parseGenerateSignature, parseMetadataRequest } from '../../src/protocol/request.ts';
import { parseVerifySignature } from '../../src/protocol/verification-request.ts';

const schemas = compileSchemas();
const mapping = loadMapping();
const places = { root: '/root', keys: '/root/keys' };

const parsers: Readonly<Record<string, (value: unknown) => unknown>> = {
  'get-plugin-metadata': parseMetadataRequest,
  'describe-key': parseDescribeKey,
  'generate-signature': parseGenerateSignature,
  'verify-signature': parseVerifySignature,
};

const pluginConfig = fc.option(
  fc.oneof(
    { weight: 4, arbitrary: fc.dictionary(fc.string(), fc.string()) },
    fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
    fc.constantFrom(null, 7, 'timeout=30s', []),
  ),
  { nil: undefined },
);
const contractVersion = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1.0', '1.1', '1.10') },
  fc.constantFrom('', '1', '2.0', '0.9', '10.0', '1.01', '01.0', '1.0\n', '1.0.0', '-1.0', 1, null, ['1.0']),
  fc.string(),
);
const keyId = fc.oneof({ weight: 6, arbitrary: fc.string({ minLength: 1, unit: 'binary' }) }, fc.constantFrom('', null, 1, [], {}));
const keySpec = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('RSA-2048', 'RSA-3072', 'RSA-4096', 'EC-256', 'EC-384', 'EC-521') },
  fc.constantFrom('RSA-1024', 'ec-256', '', null, 256, '__proto__', 'constructor'),
);
const hashAlgorithm = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('SHA-256', 'SHA-384', 'SHA-512') },
  fc.constantFrom('SHA-1', '', null, 256),
);
const payload = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64')) },
  fc.base64String(),
  fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc.stringMatching(/^[A-Za-z0-9+/]{2,6}={0,3}\n?$/),
  fc.constantFrom('', '====', 'AA==\n', 'A A=', null, 1),
);
const grease = fc.dictionary(
  fc.string().map((name) => `x-${name}`),
  fc.jsonValue(),
  { maxKeys: 2 },
);

const textOrNot = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('x', '0001-01-01T00:00:00Z') }, fc.constantFrom('', null, 1, []));
const textsOrNot = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.string(), { maxLength: 3 }) },
  fc.constantFrom(null, '', {}, [1], ['x', null]),
);
const criticalAttributes = fc.oneof(
  {
    weight: 6,
    arbitrary: withGrease({ contentType: fc.constant('x'), signingScheme: textOrNot, expiry: textOrNot, verificationPlugin: textOrNot }),
  },
  withGrease({ contentType: textOrNot, signingScheme: fc.constant('x'), extendedAttributes: fc.constantFrom(null, {}, { a: 1 }, [], 'x') }),
  fc.constantFrom(null, [], 'x'),
);
const certificateChain = fc.oneof(
  { weight: 6, arbitrary: fc.array(payload, { maxLength: 3 }) },
  textsOrNot,
  fc.constant(Array(101).fill('AAAA')),
);
const signatureVerification = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.constantFrom('SIGNATURE_VERIFIER.TRUSTED_IDENTITY', 'SIGNATURE_VERIFIER.REVOCATION_CHECK'), { maxLength: 3 }),
  },
  textsOrNot,
);

const requests: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'get-plugin-metadata': withGrease({ pluginConfig }),
  'describe-key': withGrease({ contractVersion, keyId, pluginConfig }),
  'generate-signature': withGrease({ contractVersion, keyId, keySpec, hashAlgorithm, payload, pluginConfig }),
  'verify-signature': withGrease({
    contractVersion,
    signature: withGrease({ criticalAttributes, certificateChain, unprocessedAttributes: textsOrNot }),
    trustPolicy: withGrease({ trustedIdentities: textsOrNot, signatureVerification }),
    pluginConfig,
  }),
};

for (const [command, parse] of Object.entries(parsers)) {
  describe(command, () => {
    for (const vector of loadVectors().filter(({ argv, stdin }) => argv[0] === command && stdin !== undefined)) {
      test(`vector: ${vector.name}`, () => checkAgreement(command, parse, fill(vector.stdin ?? null, mapping, places)));
    }

    test('generated requests', () => {
      fc.assert(
        fc.property(requests[command] ?? fc.constant({}), (request) => checkAgreement(command, parse, request)),
        { numRuns: 1000 },
      );
    });

    test('any JSON value', () => {
      fc.assert(fc.property(fc.jsonValue(), (value) => checkAgreement(command, parse, value)));
    });
  });
}

function checkAgreement(command: string, parse: (value: unknown) => unknown, value: unknown): void {
  const misfit = objection(schemas, `${command}.request`, value);
  const refusal = refusalOf(parse, value);
  strictEqual(refusal === undefined, misfit === undefined, `parser: ${refusal ?? 'accepts'}; schema: ${misfit ?? 'accepts'}`);
}

function refusalOf(parse: (value: unknown) => unknown, value: unknown): string | undefined {
  try {
    parse(value);
    return undefined;
  } catch (error) {
    if (error instanceof NotationError) return error.message;
    throw error;
  }
}

/** Requests as JSON makes them: members may be missing, and there may be others. */
function withGrease(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.record(members, { requiredKeys: [] }), fc.record(members), grease, fc.boolean())
    .map(([some, all, others, whole]) => JSON.parse(JSON.stringify({ ...others, ...(whole ? all : some) })) as unknown);
}
