import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { changelogObstacles, obstaclesTo } from '../../../../scripts/release/obstacles.ts';

test('the first heading of the changelog is the version', () => {
  assert.deepEqual(changelogObstacles('1.2.3', '# Changelog\n\n## 1.2.3\n\n- new\n\n## 1.2.2\n'), []);
  for (const changelog of ['# Changelog\n\n## Unreleased\n\n## 1.2.3\n', '## 1.2.30\n', '## 1.2.2\n', '']) {
    assert.match(
      changelogObstacles('1.2.3', changelog).join(),
      /expected its first heading to be 1\.2\.3 .* found (Unreleased|1\.2\.30|1\.2\.2|none)$/,
    );
  }
});

test('a tree with changes is not released', () => {
  const root = mkdtempSync(join(tmpdir(), 'release-'));
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@t', ...words], { stdio: 'ignore' });
  try {
    git('init');
    writeFileSync(join(root, 'CHANGELOG.md'), '## 1.0.0\n');
    git('add', '.');
    git('commit', '-m', 'first');
    assert.deepEqual(obstaclesTo('1.0.0', root), []);
    writeFileSync(join(root, 'new'), '');
    assert.match(obstaclesTo('1.0.0', root).join(), /not committed: 1 files/);
    assert.equal(obstaclesTo('2.0.0', root).length, 2);
  } finally {
    rmSync(root, { recursive: true });
  }
});
