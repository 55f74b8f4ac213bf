import type { QualityFinding, TranscriptQuality } from '#database';
import type { Settled } from './settle.js';

/** Warnings are for reading; all findings are in the quality. */
const MOST_WARNINGS = 20;

type ChunkQuality = Pick<Settled, 'findings' | 'speechSeconds' | 'coveredSeconds'>;

/** The quality of a recording from that of its chunks. */
export function recordingQuality(chunks: readonly ChunkQuality[]): TranscriptQuality {
  const timed = chunks.filter(({ coveredSeconds }) => coveredSeconds !== null);
  const of = (seconds: (chunk: ChunkQuality) => number | null, from: readonly ChunkQuality[]): number =>
    from.reduce((sum, chunk) => sum + (seconds(chunk) ?? 0), 0);
  const speechOfTimed = of(({ speechSeconds }) => speechSeconds, timed);
  const covered = of(({ coveredSeconds }) => coveredSeconds, timed);
  return {
    coverage: speechOfTimed === 0 ? null : round(covered / speechOfTimed),
    speechSeconds: round(of(({ speechSeconds }) => speechSeconds, chunks)),
    findings: chunks.flatMap(({ findings }) => findings).toSorted((a, b) => a.start - b.start),
  };
}

/** What a reader must know without looking at the quality: what was found, and neither mended nor confirmed. */
export function warningsOf(findings: readonly QualityFinding[]): string[] {
  const kept = findings.filter(({ outcome }) => outcome === 'kept' || outcome === 'removed');
  const warnings = kept.slice(0, MOST_WARNINGS).map(({ kind, detail, outcome }) => {
    return `${kind}: ${detail}${outcome === 'removed' ? ' It was taken out.' : ''}`;
  });
  const more = kept.length - warnings.length;
  return more > 0 ? [...warnings, `more_findings: ${more} more places may be wrong; see quality.findings.`] : warnings;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
