// What a form of the program is made of, as its list of components and its licence notices tell it.

export interface Component {
  readonly name: string;
  /** A release or a commit; absent where its maker does not publish it. */
  readonly version?: string;
  /** Package URL, where there is a place for it. */
  readonly purl?: string;
  readonly licence: Licence;
  /** Of the package's tarball, in hexadecimal. */
  readonly sha512?: string;
}

/** A package of which there is code in a form of the program. */
export interface ShippedPackage extends Component {
  readonly version: string;
  /** "node_modules/…", below the root of the repository. */
  readonly folder: string;
}

/** An SPDX expression, or the maker's own words and where they are explained. */
export type Licence = { readonly expression: string } | { readonly name: string; readonly url: string };

/** What runs the program, and what that is made of. */
export interface Runtime extends Component {
  readonly version: string;
  readonly parts: readonly Component[];
}

/** The digest of npm's "sha512-…", in hexadecimal. */
export function sha512Of(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
}

/** The package URL of an npm package. */
export function npmPurl(name: string, version?: string): string {
  return `pkg:npm/${name.replace('@', '%40')}${version === undefined ? '' : `@${version}`}`;
}
