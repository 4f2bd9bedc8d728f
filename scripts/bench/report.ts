// From runs to a table, and the targets that this project set itself.
import type { Case } from './case.ts';
import { builtInVariant } from './host.ts';
import type { Run, Series } from './measure.ts';
import { notationVariant } from './pair.ts';
import { goVariant, shippedVariant } from './variant.ts';

export interface Row {
  readonly case: string;
  readonly variant: string;
  readonly medianMs: number;
  readonly fastestMs: number;
  /** Median over the rounds of this run by the base's run of the same round. */
  readonly ratio: number;
  readonly base: string;
  readonly cpuMs: number;
  readonly peakMiB: number;
  /** HTTP requests of one run; undefined where there is nobody to ask. */
  readonly requests: number | undefined;
  readonly runs: readonly Run[];
}

/** A variant that could not be measured, and why. */
export interface Gap {
  readonly case: string;
  readonly variant: string;
  readonly error: string;
}

export interface Verdict {
  readonly case: string;
  readonly what: string;
  readonly limit: number;
  readonly found: number | undefined;
  readonly met: boolean;
}

interface Target {
  readonly case: RegExp;
  readonly column: 'medianMs' | 'ratio' | 'peakMiB' | 'requests';
  readonly limit: number;
  readonly what: string;
}

const targets: readonly Target[] = [
  { case: /^get-plugin-metadata/, column: 'ratio', limit: 1.4, what: `times the ${goVariant}` },
  { case: /^get-plugin-metadata/, column: 'peakMiB', limit: 32, what: 'MiB at most' },
  { case: /^generate-signature/, column: 'ratio', limit: 1.5, what: `times the ${goVariant}` },
  { case: /^notation sign, RSA-2048/, column: 'ratio', limit: 2.0, what: `times the ${builtInVariant}` },
  { case: /^AWS generate-signature/, column: 'ratio', limit: 2.0, what: `times the ${goVariant}` },
  { case: /^AWS generate-signature/, column: 'ratio', limit: 1.5, what: `times the ${goVariant}, wished` },
  { case: /^AWS describe-key/, column: 'requests', limit: 0, what: 'requests' },
  { case: /^AWS generate-signature/, column: 'requests', limit: 1, what: 'request at most' },
  { case: /^Google generate-signature/, column: 'requests', limit: 1, what: 'request at most' },
  { case: /^Vault generate-signature/, column: 'requests', limit: 1, what: 'request at most' },
  { case: /^Vault AppRole/, column: 'requests', limit: 2, what: 'requests: login, sign' },
  { case: /^Azure .* managed identity$/, column: 'requests', limit: 3, what: 'requests: challenge, token, sign' },
  { case: /^Azure .* in the vault$/, column: 'requests', limit: 4, what: 'requests: challenge, token, certificate, sign' },
  { case: /managed identity, vault\.azure\.net/, column: 'requests', limit: 2, what: 'requests: token, sign' },
  { case: /^sign one/, column: 'ratio', limit: 1.5, what: `times ${notationVariant}` },
  { case: /^sign 1,000, registry/, column: 'ratio', limit: 1 / 6, what: `times a loop of ${notationVariant}` },
  { case: /^sign 1,000, AWS/, column: 'ratio', limit: 1 / 25, what: `times a loop of ${notationVariant} with this plugin` },
  { case: /^verify one/, column: 'ratio', limit: 1.5, what: `times ${notationVariant}` },
  { case: /^verify 1,000/, column: 'ratio', limit: 1 / 6, what: `times a loop of ${notationVariant}` },
  { case: /^check a CRL/, column: 'medianMs', limit: 60, what: 'ms at most, start and all' },
  { case: /CRL of 300,000/, column: 'peakMiB', limit: 150, what: 'MiB at most' },
  { case: /^memory of/, column: 'peakMiB', limit: 96, what: 'MiB at most' },
  { case: /^notation sign, .*away$/, column: 'ratio', limit: 1.0, what: `times the ${goVariant}` },
];

export function rowsOf(measured: Case, series: readonly Series[]): readonly Row[] {
  const base = series.find(({ name }) => name === measured.base);
  return series.filter(({ error }) => error === undefined).map((one) => rowOf(measured, one, base?.runs ?? []));
}

export function gapsOf(measured: Case, series: readonly Series[]): readonly Gap[] {
  return series.flatMap(({ name, error }) => (error === undefined ? [] : [{ case: measured.name, variant: name, error }]));
}

function rowOf(measured: Case, { name, runs, requests }: Series, base: readonly Run[]): Row {
  const ratios = runs.flatMap(({ wallMs }, round) => {
    const other = base[round];
    return other === undefined ? [] : [wallMs / other.wallMs];
  });
  return {
    case: measured.name,
    variant: name,
    medianMs: median(runs.map(({ wallMs }) => wallMs)),
    fastestMs: Math.min(...runs.map(({ wallMs }) => wallMs)),
    ratio: median(ratios),
    base: measured.base,
    cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
    peakMiB: Math.max(...runs.map(({ peakMiB }) => peakMiB)),
    requests,
    runs,
  };
}

// NaN where there is nothing.
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** Each target held against the shipped executable; what was not measured is not met. */
export function judge(cases: readonly string[], rows: readonly Row[]): readonly Verdict[] {
  return targets.flatMap((target) => cases.filter((name) => target.case.test(name)).map((name) => judgeOne(target, name, rows)));
}

function judgeOne(target: Target, name: string, rows: readonly Row[]): Verdict {
  const row = rows.find((one) => one.case === name && one.variant === shippedVariant);
  const value = row?.[target.column];
  const found = value === undefined || Number.isNaN(value) ? undefined : value;
  return { case: name, what: target.what, limit: target.limit, found, met: found !== undefined && found <= target.limit };
}

export function toTable(rows: readonly Row[]): string {
  const head = ['case', 'variant', 'median ms', 'min ms', 'ratio', 'to', 'CPU ms', 'peak MiB', 'requests'];
  const body = rows.map((row) => [
    row.case,
    row.variant,
    row.medianMs.toFixed(1),
    row.fastestMs.toFixed(1),
    Number.isNaN(row.ratio) ? '' : row.ratio.toFixed(2),
    row.base,
    row.cpuMs.toFixed(1),
    row.peakMiB.toFixed(1),
    row.requests === undefined ? '' : String(row.requests),
  ]);
  return layOut([head, ...body]);
}

export function toVerdictTable(verdicts: readonly Verdict[]): string {
  const head = ['target', '', 'found', ''];
  const body = verdicts.map(({ case: name, what, limit, found, met }) => [
    name,
    `${Number(limit.toFixed(3))} ${what}`,
    found === undefined ? 'not measured' : String(Number(found.toFixed(2))),
    met ? 'met' : 'MISSED',
  ]);
  return layOut([head, ...body]);
}

function layOut(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const laidOut = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return laidOut.map((line) => `${line.trimEnd()}\n`).join('');
}
