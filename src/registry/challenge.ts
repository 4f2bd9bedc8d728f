// What a server wants to be shown (RFC 9110 §11.6.1; token specification of the Distribution project).

/** How a registry wants its clients to say who they are. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | undefined; readonly scope: string | undefined };

const name = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`(${name})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, 'y');
const schemeName = new RegExp(`(${name})`, 'y');
const separator = /[\s,]*/y;
/** A server's header may be as long; what is longer says nothing. */
const longest = 16_384;

/** The challenge to answer: bearer before basic; undefined when there is neither. */
export function chooseChallenge(header: string | undefined): Challenge | undefined {
  const offered = parseChallenges((header ?? '').slice(0, longest));
  const bearer = offered.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  if (bearer === undefined) return offered.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined;
  const { parameters } = bearer;
  return { scheme: 'bearer', realm: parameters.get('realm') ?? '', service: parameters.get('service'), scope: parameters.get('scope') };
}

interface Offer {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** Several challenges may stand in one header, and several headers are one: a word without "=" begins the next. */
function parseChallenges(header: string): readonly Offer[] {
  const offers: Offer[] = [];
  for (let at = end(separator, header, 0); at < header.length; at = end(separator, header, at)) {
    parameter.lastIndex = at;
    const [whole = '', key = '', quoted, plain = ''] = parameter.exec(header) ?? [];
    if (whole !== '') offers.at(-1)?.parameters.set(key.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain);
    else if (end(schemeName, header, at) > at) {
      offers.push({ scheme: header.slice(at, end(schemeName, header, at)).toLowerCase(), parameters: new Map() });
    }
    at = whole !== '' ? at + whole.length : Math.max(end(schemeName, header, at), at + 1);
  }
  return offers;
}

function end(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return from + (pattern.exec(text)?.[0].length ?? 0);
}
