export interface Target {
  readonly os: 'linux' | 'linux-musl' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** Bun's names: of the target, and of the npm package that carries its runtime. */
  readonly bun: string;
  readonly runtime: string;
}

export const targets: readonly Target[] = [
  { os: 'linux', arch: 'amd64', bun: 'bun-linux-x64', runtime: '@oven/bun-linux-x64' },
  { os: 'linux', arch: 'arm64', bun: 'bun-linux-arm64', runtime: '@oven/bun-linux-aarch64' },
  { os: 'linux-musl', arch: 'amd64', bun: 'bun-linux-x64-musl', runtime: '@oven/bun-linux-x64-musl' },
  { os: 'linux-musl', arch: 'arm64', bun: 'bun-linux-arm64-musl', runtime: '@oven/bun-linux-aarch64-musl' },
  { os: 'darwin', arch: 'amd64', bun: 'bun-darwin-x64', runtime: '@oven/bun-darwin-x64' },
  { os: 'darwin', arch: 'arm64', bun: 'bun-darwin-arm64', runtime: '@oven/bun-darwin-aarch64' },
  { os: 'windows', arch: 'amd64', bun: 'bun-windows-x64', runtime: '@oven/bun-windows-x64' },
  { os: 'windows', arch: 'arm64', bun: 'bun-windows-arm64', runtime: '@oven/bun-windows-aarch64' },
];

/** "linux_amd64": what a target is called in the names of its files. */
export function labelOf({ os, arch }: Target): string {
  return `${os}_${arch}`;
}

/** The target whose executable runs on this machine. */
export function targetHere(): Target {
  const [os, arch] = [process.platform === 'win32' ? 'windows' : process.platform, process.arch === 'arm64' ? 'arm64' : 'amd64'];
  const here = targets.find((target) => target.os === os && target.arch === arch);
  if (here === undefined) throw new Error(`no executable is made for ${process.platform} on ${process.arch}`);
  return here;
}
