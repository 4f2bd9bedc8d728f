// What stands against a release.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why the tree in `root` cannot be released as `version`, a sentence each; none where it can. */
export function obstaclesTo(version: string, root: string): readonly string[] {
  return [...treeObstacles(root), ...changelogObstacles(version, readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))];
}

function treeObstacles(root: string): readonly string[] {
  const changed = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).trimEnd();
  return changed === '' ? [] : [`the tree has changes that are not committed: ${changed.split('\n').length} files, as git status shows`];
}

/** The newest heading of the changelog is the release's. */
export function changelogObstacles(version: string, changelog: string): readonly string[] {
  const newest = /^## (.*)$/m.exec(changelog)?.[1] ?? 'none';
  return newest === version ? [] : [`CHANGELOG.md: expected its first heading to be ${version} as in package.json, found ${newest}`];
}
