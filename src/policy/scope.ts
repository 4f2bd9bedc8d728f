/** Whether the text names a repository in full, `registry/repository`, in the distribution project's grammar; IPv6 addresses are not in it. */
export function isRepository(text: string): boolean {
  const slash = text.indexOf('/');
  return slash > 0 && registry.test(text.slice(0, slash)) && path.test(text.slice(slash + 1));
}

const registry = /^[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*(?:\.[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*)*(?::[0-9]+)?$/;
const path = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
