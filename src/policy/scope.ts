/** Whether the text names a repository in full, `registry/repository`, in the distribution project's grammar; IPv6 addresses are not in it. */
export function isRepository(text: string): boolean {
  return repository.test(text);
}

const host = String.raw`[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*(?:\.[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*)*(?::[0-9]+)?`;
const segment = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const repository = new RegExp(`^${host}(?:/${segment})+$`);
