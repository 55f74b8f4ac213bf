import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '#errors';
import { type ChaosRecord, circumstances, keepRecord } from './record.js';
import { type ChaosRow, type Outcome, Skipped, type Turn } from './row.js';
import { ROWS } from './rows.js';

const LONGEST_COMPLAINT = 400;

/** Runs the rows that are named, all without names; every row is written down, and the exit code says whether all held. */
async function main(): Promise<number> {
  const { names, most } = read(process.argv.slice(2));
  const unknown = names.filter((name) => !ROWS.some(({ id }) => id === name));
  if (unknown.length > 0) {
    console.error(`There is no row ${unknown.join(', ')}. There are: ${ROWS.map(({ id }) => id).join(', ')}.`);
    return 1;
  }
  const chosen = names.length === 0 ? ROWS : ROWS.filter(({ id }) => names.includes(id));
  let failed = 0;
  for (const row of chosen) {
    const record = await runRow(row, most);
    await keepRecord(record);
    console.log(`${row.id} ${record.verdict} (${Math.round(record.seconds)} s): ${record.figure}\n`);
    if (record.verdict === 'fails') failed += 1;
  }
  console.log(`${chosen.length - failed} of ${chosen.length} rows hold or were skipped; all stand in docs/reliability.md.`);
  return failed === 0 ? 0 : 1;
}

function read(given: readonly string[]): { names: string[]; most: number | undefined } {
  const names = given.filter((word) => !word.startsWith('--')).map((word) => word.toUpperCase());
  const most = given.find((word) => /^--n=\d+$/.test(word))?.slice('--n='.length);
  return { names, most: most === undefined ? undefined : Number(most) };
}

async function runRow(row: ChaosRow, most = Infinity): Promise<ChaosRecord> {
  console.log(`${row.id}: ${row.what} …`);
  const started = performance.now();
  const turn: Turn = {
    times: (wanted) => Math.min(wanted, most),
    say: (progress) => console.log(`  ${row.id} ${((performance.now() - started) / 1_000).toFixed(0)} s: ${progress}`),
  };
  const { id, what, expect } = row;
  const command = `npm run chaos -- ${id}${most === Infinity ? '' : ` --n=${most}`}`;
  const when = circumstances();
  const { verdict, figure } = await judged(row, turn);
  return { id, what, expect, command, verdict, figure, seconds: (performance.now() - started) / 1_000, ...when };
}

async function judged(row: ChaosRow, turn: Turn): Promise<Pick<ChaosRecord, 'verdict' | 'figure'>> {
  try {
    const { holds, figure } = await Promise.race([row.run(turn), hung(row)]);
    return { verdict: holds ? 'holds' : 'fails', figure };
  } catch (error) {
    if (error instanceof Skipped) return { verdict: 'skipped', figure: error.message };
    console.error(error);
    return { verdict: 'fails', figure: messageOf(error).split('\n').slice(0, 3).join(' ').slice(0, LONGEST_COMPLAINT) };
  }
}

async function hung({ withinSeconds }: ChaosRow): Promise<Outcome> {
  await sleep(withinSeconds * 1_000, undefined, { ref: false });
  throw new Error(`The row was not done within ${withinSeconds} s.`);
}

process.exit(await main());
