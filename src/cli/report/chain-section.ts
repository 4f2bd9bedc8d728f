// The chains of a signature: drawn, and told in a table.
import type { EvidenceOf } from '../../verify/outcome.ts';
import { keySpecOrName } from '../../x509/key-spec.ts';
import { printName } from '../../x509/name.ts';
import { fingerprint } from '../../x509/public-key.ts';
import { type Judged, statusesIn } from '../verify/verdict.ts';
import { type ChainLink, type ChainView, linksOf } from './chain.ts';
import { drawChainBroad, drawChainNarrow } from './chain-picture.ts';
import type { ReportFacts } from './facts.ts';
import { type Html, html } from './html.ts';
import { definitions } from './list.ts';
import { timeIn } from './signature-time.ts';
import { pictures } from './svg.ts';
import { digest, moment, quoted, shortName } from './words.ts';

/** The signing chain, and the timestamp authority's where a timestamp is believed. */
export function chainSection(id: string, signature: Judged, { envelope, chain }: EvidenceOf['integrity'], facts: ReportFacts): Html {
  const { stores, at: now } = facts;
  const time = timeIn(signature);
  const statuses = (check: string) => signature.findings.filter((one) => one.check === check).flatMap(statusesIn);
  const storeType = envelope.signed.scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
  const signing: ChainView = {
    certificates: chain,
    leaf: 'Signing certificate',
    storeType,
    stores,
    time,
    statuses: statuses('revocation'),
    now,
  };
  const timestamp = time?.time === 'timestamp' ? time.timestamp : undefined;
  const authority: ChainView | undefined = timestamp && {
    ...{ certificates: timestamp.chain, leaf: 'Timestamp authority', storeType: 'tsa', stores, time, now },
    statuses: statuses('authenticTimestamp'),
  };
  return html`${drawnChain(`${id}-chain`, 'Certificate chain', signing)}${authority && drawnChain(`${id}-authority`, 'Chain of the timestamp authority', authority)}`;
}

function drawnChain(id: string, title: string, view: ChainView): Html {
  const links = linksOf(view);
  const alternative = { id, title, description: links.map(sentenceOfLink).join(' Issued by: ') };
  return html`<h3>${title}</h3>${pictures(drawChainBroad(links), drawChainNarrow(links), alternative)}<details class="more"><summary>${title}, in words</summary><ol class="certificates">${links.map((link) => certificateItem(link))}</ol></details>`;
}

function sentenceOfLink({ certificate, role, trust, validity, revocation }: ChainLink): string {
  return `${role}: ${shortName(certificate)}. ${[validity, revocation, ...(trust === undefined ? [] : [trust])].map(({ text }) => text).join('. ')}.`;
}

function certificateItem({ certificate, role, trust, validity, revocation }: ChainLink): Html {
  const { subject, issuer, serial, notBefore, notAfter, der, publicKeyInfo, ocspUrls, crlUrls } = certificate;
  const sources = [
    ...ocspUrls.map((url) => html`<li>OCSP <code>${url}</code></li>`),
    ...crlUrls.map((url) => html`<li>CRL <code>${url}</code></li>`),
  ];
  return html`<li><h4>${role}</h4>${definitions([
    ['Subject', quoted(printName(subject))],
    ['Issuer', quoted(printName(issuer))],
    ['Valid', html`from ${moment(notBefore)} to ${moment(notAfter)}`],
    ['Now', validity.text],
    ['Trust', trust?.text ?? 'Not itself in a trust store'],
    ['Revocation', revocation.text],
    ['Tells of it', sources.length === 0 ? 'nobody' : html`<ul>${sources}</ul>`],
    ['Key', keySpecOrName(publicKeyInfo, 'public key')],
    ['Serial number', digest(serial)],
    ['SHA-256', digest(fingerprint(der))],
  ])}</li>`;
}
