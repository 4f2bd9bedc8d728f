// One signature: what it says, its steps, its chain, and its times.
import type { EvidenceOf, TimeEvidence } from '../../verify/outcome.ts';
import { printName } from '../../x509/name.ts';
import { intactIn, type Judged } from '../verify/verdict.ts';
import { byName } from '../voice/go-format.ts';
import { chainSection } from './chain-section.ts';
import { stepTitles } from './evidence.ts';
import type { ReportFacts } from './facts.ts';
import { type Content, type Html, html } from './html.ts';
import { definitions, table } from './list.ts';
import { timeIn } from './signature-time.ts';
import { stepSection } from './step-section.ts';
import { stepsOf } from './steps.ts';
import { timeSection } from './time-section.ts';
import { digest, moment, quoted } from './words.ts';

export interface Numbered {
  readonly signature: Judged;
  /** From 1. */
  readonly number: number;
  readonly open: boolean;
}

/** One signature, folded up unless it is open. */
export function signatureSection({ signature, number, open }: Numbered, facts: ReportFacts): Html {
  const id = `signature-${number}`;
  const steps = stepsOf(signature, facts.statement.actions);
  const intact = intactIn(signature);
  const pictures = intact && [chainSection(id, signature, intact, facts), timeSection(id, signature, intact, facts)];
  const body = [
    definitions(saidOf(signature, intact)),
    pictures ?? nothingToShow,
    stepSection(id, { signature, steps, userMetadata: facts.userMetadata }),
    intact && metadataSection(signature),
  ];
  return html`<section class="signature" id="${id}" aria-labelledby="${id}-title"><details${open ? html` open` : undefined}><summary><h2 id="${id}-title">Signature ${number} of ${facts.signatures.length}</h2>${pill(signature)}</summary>${body}</details></section>`;
}

/** The verdict on a signature, in a word or two. */
function pill(signature: Judged): Html {
  if (signature.status === 'rejected')
    return html`<span class="pill bad" data-status="rejected"><svg aria-hidden="true"><use href="#icon-bad"/></svg>Rejected: ${stepTitles[signature.stage].title.toLowerCase()}</span>`;
  const logged = signature.findings.some(({ result }) => result === 'failed');
  return html`<span class="pill ${logged ? 'note' : 'good'}" data-status="verified"><svg aria-hidden="true"><use href="#icon-${logged ? 'note' : 'good'}"/></svg>${logged ? 'Passed, with warnings' : 'Passed'}</span>`;
}

const nothingToShow: Html = html`<p class="remark-line">It is not known to be what was signed, so nothing that it says is shown here.</p>`;

function saidOf(signature: Judged, intact: EvidenceOf['integrity'] | undefined): readonly (readonly [string, Content])[] {
  const manifest = signature.digest === undefined ? [] : [['Signature manifest', digest(signature.digest)] as const];
  const [signer] = intact?.chain ?? [];
  if (intact === undefined || signer === undefined) return manifest;
  const { signed, unsigned, algorithm, mediaType } = intact.envelope;
  return [
    ['Signed by', quoted(printName(signer.subject))],
    [
      'Signed at',
      html`${moment(signed.signingTime.at)}, ${signed.scheme === 'notary.x509' ? 'as the signer says; nobody vouches for it' : 'as the signing authority says'}`,
    ],
    ...manifest,
    ['Envelope', html`${mediaType === 'application/cose' ? 'COSE' : 'JWS'} <code>${mediaType}</code>`],
    ['Algorithm', html`<code>${algorithm.signing}</code>`],
    ['Signing scheme', html`<code>${signed.scheme}</code>`],
    ...(unsigned.signingAgent === undefined ? [] : [['Signing agent', html`${quoted(unsigned.signingAgent)} (not signed)`] as const]),
    ['Timestamp', timestampOf(unsigned.timestamp !== undefined, timeIn(signature))],
  ];
}

function timestampOf(there: boolean, time: TimeEvidence | undefined): Content {
  if (!there) return 'none';
  if (time?.time === 'timestamp') return html`${moment(time.timestamp.info.genTime)}`;
  return 'there is one, which was not believed or not asked for';
}

function metadataSection(signature: Judged): Html {
  const title = html`<h3>User metadata</h3>`;
  if (signature.status === 'rejected')
    return html`${title}<p class="remark-line">Not shown: what a signature says counts only once it passed.</p>`;
  const rows = Object.entries(signature.signed.annotations ?? {}).toSorted(byName);
  if (rows.length === 0) return html`${title}<p class="remark-line">None was signed.</p>`;
  return html`${title}${table(
    'User metadata that was signed',
    ['Key', 'Value'],
    rows.map(([key, value]) => [quoted(key), quoted(value)]),
  )}`;
}
