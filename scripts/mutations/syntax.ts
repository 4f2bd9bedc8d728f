// The syntax trees of this project's files, by the compiler that checks them.
import { join } from 'node:path';
import type { SourceFile } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

/** Calls `use` with a reader of files, by their paths from `root`. */
export function withSyntax<T>(root: string, use: (read: (file: string) => SourceFile) => T): T {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProject: join(root, 'tsconfig.json') });
    const [project] = snapshot.getProjects();
    return use((file) => {
      const source = project?.program.getSourceFile(join(root, file));
      if (source) return source;
      throw new Error(`${file} is not among the files of tsconfig.json`);
    });
  } finally {
    api.close();
  }
}
