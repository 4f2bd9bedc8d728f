// Our ad-hoc signature for macOS: it is the one that Bun makes where Bun makes a good one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { compile } from '../../scripts/build.ts';
import { signAdHoc } from '../../scripts/package/mach-o.ts';
import { missingRuntimes, runtimeOf } from '../../scripts/package/runtime.ts';
import { targets } from '../../scripts/package/target.ts';
import { isAdHocSigned } from '../support/code-signature.ts';
import { openFolder, removeFolder } from '../support/notation.ts';

const macs = targets.filter(({ os }) => os === 'darwin');
const absent = missingRuntimes(macs);

describe('the ad-hoc signature', absent.length === 0 ? {} : { skip: `peer absent: ${absent.join()}: run scripts/peers` }, () => {
  const folder = openFolder();
  after(() => removeFolder(folder));

  for (const target of macs) {
    test(`for ${target.arch}`, async () => {
      const path = join(folder, target.arch);
      compile(path, { target: target.bun, runtime: await runtimeOf(target.runtime) });
      const made = readFileSync(path);
      const signed = Buffer.from(signAdHoc(made));
      assert.ok(isAdHocSigned(signed));
      assert.equal(isAdHocSigned(made), target.arch === 'arm64', 'Bun signs for arm64 only');
      if (target.arch === 'arm64') assert.ok(signed.equals(made), 'the same bytes as by Bun');
      assert.ok(signed.equals(signAdHoc(signed)), 'signing again changes nothing');
      signed[signed.length >> 1] = (signed[signed.length >> 1] ?? 0) ^ 1;
      assert.ok(!isAdHocSigned(signed), 'a changed page is seen');
    });
  }

  test('nothing but a Mach-O file is signed', () => {
    assert.throws(() => signAdHoc(Buffer.alloc(4096)), /64-bit Mach-O/);
  });
});
