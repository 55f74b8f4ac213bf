import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Row } from '../../bench/row.ts';
import { PROJECT } from '../project.ts';
import { type Contest, verdictOf } from './contest.ts';

/** One measured row, as it is kept beside the page: the figures of every turn, and where they come from. */
export interface RowRecord extends Omit<Row, 'variants'> {
  contests: Contest[];
  /** ISO 8601 */
  date: string;
  commit: string;
  machine: string;
  /** How many programs wanted a processor, in the mean of the minute before: what else the machine was doing. */
  loadBefore: number;
}

/** Where and when a run was made. */
export type Circumstances = Pick<RowRecord, 'date' | 'commit' | 'machine' | 'loadBefore'>;

const JSON_FILE = join(PROJECT, 'docs', 'benchmarks.json');
const PAGE = join(PROJECT, 'docs', 'benchmarks.md');

const INTRODUCTION = `# Benchmarks

What \`npm run bench\` measured; \`npm run bench -- p2\` measures one row again. Written by that command, do not edit.

Each figure stands beside that of a floor, the least program that could do the same work (\`bench/floors\`), measured in turn with it on the same
machine in the same run; both are medians of five turns or, where that takes too long, of one. The ratio is what counts: machines differ. On one that is
busy with other things it is worse than it would be, for the API is one process and a floor's work is spread over several. The figures of every turn are
in [benchmarks.json](benchmarks.json).
`;

/** To be asked for before anything is measured. */
export function circumstances(): Circumstances {
  const loadBefore = Number((loadavg()[0] ?? 0).toFixed(1));
  return { date: new Date().toISOString(), commit: currentCommit(), machine: thisMachine(), loadBefore };
}

/** The record of a row that was just measured. */
export function recordOf({ id, work, floor, unit, reach }: Row, contests: Contest[], when: Circumstances): RowRecord {
  return { id, work, floor, unit, reach, contests, ...when };
}

/** Puts new records in the place of older ones of the same rows, and writes the page anew. */
export async function keepRecords(fresh: readonly RowRecord[]): Promise<void> {
  const kept = existsSync(JSON_FILE) ? (JSON.parse(readFileSync(JSON_FILE, 'utf8')) as RowRecord[]) : [];
  const replaced = new Set(fresh.map(({ id }) => id));
  const all = [...kept.filter(({ id }) => !replaced.has(id)), ...fresh].sort((a, b) => numberOf(a) - numberOf(b));
  writeFileSync(JSON_FILE, await formatted(JSON.stringify(all), JSON_FILE));
  writeFileSync(PAGE, await formatted(pageOf(all), PAGE));
}

/** The short table for the terminal. */
export function tableOf(records: readonly RowRecord[]): string {
  const rows = records.flatMap((record) => linesOf(record).map((cells) => [record.id, ...cells]));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The page. */
export function pageOf(records: readonly RowRecord[]): string {
  return [INTRODUCTION, ...records.map(sectionOf)].join('\n');
}

function sectionOf(record: RowRecord): string {
  const { id, work, floor, date, commit, machine, loadBefore } = record;
  const lines = linesOf(record).map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${id}

${work}. Floor: ${floor}.

| setting | Steno | floor | ratio | reach | |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

${date.slice(0, 10)}, commit ${commit}, ${machine}; load of the machine before the run: ${loadBefore}.
`;
}

function linesOf(record: RowRecord): string[][] {
  const { unit, reach, contests } = record;
  return contests.map((contest) => {
    const { steno, floor, ratio, reached } = verdictOf(record, contest);
    const goal = 'atLeast' in reach ? `≥ ${reach.atLeast}` : `≤ ${reach.atMost}`;
    const figures = [steno, floor].map((figure) => `${figure.toLocaleString('en', { maximumSignificantDigits: 4 })} ${unit}`);
    return [contest.variant, ...figures, ratio.toFixed(2), goal, reached ? 'reached' : 'not reached'];
  });
}

function numberOf({ id }: RowRecord): number {
  return Number(id.slice(1));
}

async function formatted(text: string, filepath: string): Promise<string> {
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

function currentCommit(): string {
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' with changes');
  } catch {
    return 'unknown';
  }
}

function git(...given: string[]): string {
  return execFileSync('git', given, { cwd: PROJECT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function thisMachine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${processors.length} × ${processors[0]?.model.trim() ?? arch()}, ${memory} GB, ${platform()} ${release()}, Node ${process.version}`;
}
