import type { ToolContext } from './context.ts';
export async function run(_w: readonly string[], c: ToolContext): Promise<number> {
  c.out('x');
  return 0;
}
