// The documentation of the library is made without a word of complaint, and tells of everything that is exported.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeDocs } from '../../scripts/docs.ts';
import { needs, openPeer } from '../support/peers.ts';

test('everything that is exported is told of', needs('typedoc'), (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeDocs(openPeer('typedoc'), folder);
  assert.ok(existsSync(join(folder, 'index.html')));
  const told = ['functions', 'interfaces', 'types', 'classes'].flatMap((kind) => readdirSync(join(folder, kind)));
  for (const page of ['openNotation', 'requireVerified', 'Notation', 'Outcome', 'NotationError', 'SigningKey', 'OciTrust']) {
    assert.ok(told.includes(`${page}.html`), page);
  }
});
