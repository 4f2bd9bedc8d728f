// The contract of plugin-spec/, against every form of the program that is built.

import { strictEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadMapping } from '../../scripts/conformance/keys.ts';
import { runVector } from '../../scripts/conformance/runner.ts';
import { compileSchemas } from '../../scripts/conformance/schemas.ts';
import { loadVectors } from '../../scripts/conformance/vector.ts';
import { forms } from '../support/program.ts';

const [mapping, schemas, vectors] = [loadMapping(), compileSchemas(), loadVectors()];

for (const form of forms) {
  describe(form.name, { concurrency: 2 }, () => {
    for (const vector of vectors) {
      test(vector.name, async () => {
        const { status, reasons } = await runVector(form.command, vector, mapping, schemas);
        strictEqual(status, 'passed', `${vector.id}: ${reasons.join('; ')}`);
      });
    }
  });
}
