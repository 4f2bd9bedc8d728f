// The trust policy statement that applied: what it demands, and what is in its trust stores.
import { checkNames } from '../../policy/level.ts';
import { textOfIdentity, textOfStore } from '../../policy/statement.ts';
import { printName } from '../../x509/name.ts';
import { oneLine } from '../voice/fields.ts';
import { stepTitles } from './evidence.ts';
import type { ReportFacts, StoreContent } from './facts.ts';
import { type Content, type Html, html } from './html.ts';
import { definitions, table } from './list.ts';
import { dayText, quoted } from './words.ts';

/** The statement, whole. */
export function policySection({ statement, stores }: ReportFacts): Html {
  const { name, level, actions, verifyTimestamp, trustedIdentities } = statement;
  const scopes =
    'registryScopes' in statement
      ? codes(statement.registryScopes)
      : statement.globalPolicy
        ? 'every blob for which no other statement is named'
        : 'blobs for which it is named';
  const demands: readonly (readonly [string, Content])[] =
    level === 'skip'
      ? [['Demands', 'nothing: whatever it applies to passes unseen']]
      : [
          ['Trust stores', html`<ul>${stores.map(storeItem)}</ul>`],
          ['Trusted identities', codes(trustedIdentities.map(textOfIdentity))],
          [
            'Timestamps count',
            verifyTimestamp === 'always'
              ? 'always, where the statement has a tsa store'
              : 'once a certificate has expired, where the statement has a tsa store',
          ],
        ];
  const rows = checkNames.map((check) => [
    stepTitles[check].title,
    { enforce: 'Enforced: a failure rejects', log: 'Logged: a failure is a warning', skip: 'Skipped: not looked at' }[actions[check]],
  ]);
  return html`<section aria-labelledby="policy"><h2 id="policy">Trust policy statement</h2>${definitions([['Name', quoted(name)], ['Level', html`<code>${level}</code>`], ['Applies to', scopes], ...demands])}${table('What becomes of each check', ['Check', 'Action'], rows)}</section>`;
}

function codes(texts: readonly string[]): Content {
  return html`<ul>${texts.map((text) => html`<li><code>${text}</code></li>`)}</ul>`;
}

/** Certificates of a store that are shown: some have hundreds. */
const shown = 20;

function storeItem({ store, certificates }: StoreContent): Html {
  const name = html`<code>${textOfStore(store)}</code>`;
  if (certificates instanceof Error) return html`<li>${name}: cannot be read: ${oneLine(certificates.message)}</li>`;
  const items = certificates
    .slice(0, shown)
    .map(({ subject, notAfter }) => html`<li>${quoted(printName(subject))}, valid until ${dayText(notAfter)}</li>`);
  const more = certificates.length > shown ? html`<li>and ${certificates.length - shown} more</li>` : undefined;
  return html`<li>${name}<ul>${items}${more}</ul></li>`;
}
