import { p1, p1Proxy } from '../../bench/p1-openai.ts';
import { p2 } from '../../bench/p2-read-transcription.ts';
import { p3 } from '../../bench/p3-order.ts';
import { p4, p4Memory } from '../../bench/p4-prepare.ts';
import { p5 } from '../../bench/p5-transcribe.ts';
import { p6, p6Memory } from '../../bench/p6-upload.ts';
import { p7 } from '../../bench/p7-library.ts';
import { p8 } from '../../bench/p8-queue.ts';
import { p9 } from '../../bench/p9-fairness.ts';
import { p10 } from '../../bench/p10-webhooks.ts';
import { p11, p11Memory } from '../../bench/p11-streams.ts';
import { p12, p12Memory, p12Second } from '../../bench/p12-start.ts';
import type { Row } from '../../bench/row.ts';
import { buildWhenStale } from '../build/build.ts';
import { listenForInterruption } from '../interruption.ts';
import { Refusal, runMain } from '../refusal.ts';
import { describeMissing, installMissing } from '../system/packages.ts';
import { contestsOf, withCeiling } from './contest.ts';
import { circumstances, keepRecords, recordOf, type RowRecord, tableOf } from './records.ts';

const ROWS: readonly Row[] = [
  ...[p1, p1Proxy, p2, p3, p4, p4Memory, p5, p6, p6Memory],
  ...[p7, p8, p9, p10, p11, p11Memory, p12, p12Second, p12Memory],
];

/**
 * `npm run bench [-- p2 …]`: measures Steno beside its floors and writes docs/benchmarks.md. A figure that is not reached is said, and
 * is no failure of the command: these are measurements, not tests.
 */
async function main(): Promise<number> {
  const rows = chosenRows(process.argv.slice(2));
  const missing = await installMissing(['redis']);
  if (missing.length > 0) throw new Refusal(describeMissing(missing));
  const { signal } = listenForInterruption(() => undefined);
  const when = circumstances();
  await buildWhenStale(signal);
  const records: RowRecord[] = [];
  for (const row of rows) {
    for (const judged of withCeiling(row, await contestsOf(row, signal)))
      records.push(recordOf(judged.row, judged.contests, when));
  }
  await keepRecords(records);
  console.log(`\n${tableOf(records)}\n\nMore in docs/benchmarks.md.`);
  return 0;
}

function chosenRows(given: readonly string[]): readonly Row[] {
  const ids = given.map((id) => id.toUpperCase());
  const unknown = ids.filter((id) => !ROWS.some((row) => row.id === id));
  if (unknown.length > 0) {
    throw new Refusal(`There is no row ${unknown.join(', ')}. There are: ${ROWS.map(({ id }) => id.toLowerCase()).join(', ')}.`);
  }
  return ids.length === 0 ? ROWS : ROWS.filter(({ id }) => ids.includes(id));
}

await runMain(main);
