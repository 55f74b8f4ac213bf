import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PROJECT } from '../e2e/launcher.js';
import type { ChaosRow } from './row.js';
import { orderOf } from './rows.js';

/** A row that was run, as it is kept beside the page. */
export interface ChaosRecord extends Pick<ChaosRow, 'id' | 'what' | 'expect'> {
  command: string;
  verdict: 'holds' | 'fails' | 'skipped';
  figure: string;
  seconds: number;
  /** ISO 8601 */
  date: string;
  commit: string;
  /** Programs that wanted a processor in the mean of the minute before. */
  load: number;
}

const JSON_FILE = join(PROJECT, 'docs', 'reliability.json');
const PAGE = join(PROJECT, 'docs', 'reliability.md');

const INTRODUCTION = `# Reliability

What \`npm run chaos\` found when it broke the product: \`npm run chaos -- F5\` does one row again, \`npm run chaos -- F5 --n=2\` a short form of it. Written by
that command, do not edit. Each row runs the built apps as processes with a database of their own, a double of OpenAI as the provider and, where nothing
else is said, one worker and the queue on Postgres.

After every row these hold, or it fails (\`test/e2e/invariants.ts\`): everything accepted has ended (I1); each unit of work had one effect (I2); store and rows
agree, and no transfer is left open (I4); nothing temporary is left (I6); no process has lost children or keeps files open (I7); no log tells a secret or
what was said (I8).

A short form of the kills, the stopped worker, the emptied Redis and the absent Postgres runs in \`npm test\` (\`test/e2e/faults.e2e-spec.ts\`).
`;

/** Where and when a run was made. */
export function circumstances(): Pick<ChaosRecord, 'date' | 'commit' | 'load'> {
  return { date: new Date().toISOString(), commit: currentCommit(), load: Number((loadavg()[0] ?? 0).toFixed(1)) };
}

/** Puts a record in the place of the older one of its row, and writes the page anew. */
export async function keepRecord(fresh: ChaosRecord): Promise<void> {
  const kept = existsSync(JSON_FILE) ? (JSON.parse(readFileSync(JSON_FILE, 'utf8')) as ChaosRecord[]) : [];
  const all = [...kept.filter(({ id }) => id !== fresh.id), fresh].sort((a, b) => orderOf(a.id) - orderOf(b.id));
  writeFileSync(JSON_FILE, await formatted(JSON.stringify(all), JSON_FILE));
  writeFileSync(PAGE, await formatted(pageOf(all), PAGE));
}

/** The page. */
export function pageOf(records: readonly ChaosRecord[]): string {
  const lines = records.map(({ id, command, what, expect, figure, verdict, date, commit, seconds, load }) => {
    const when = `${date.slice(0, 10)}, ${commit}, ${Math.round(seconds)} s, load ${load}`;
    return `| ${[id, `\`${command}\``, what, expect, `${figure.replaceAll('|', '/')} **${verdict}**`, when].join(' | ')} |`;
  });
  return `${INTRODUCTION}
Machine: ${cpus().length} processors. Load is what else the machine was doing: seconds measured under load are longer than they would be.

| row | command | what is done | expected | found | when |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}

async function formatted(text: string, filepath: string): Promise<string> {
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

function currentCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: PROJECT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
