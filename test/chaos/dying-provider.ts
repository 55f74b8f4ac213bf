import { billOf } from '#testing/bills';
import type { Behaviour } from '#testing/speech-doubles';
import { untilCalled } from '../e2e/orders.js';
import { longRecording } from '../e2e/recordings.js';
import { onTwoProviders, type TwoProviders } from './two-providers.js';
import type { ChaosRow, Turn } from './row.js';

const SECONDS = 3_600;
/** Long enough to be caught before its answer is counted. */
const CAUGHT_MS = 2_500;
const DEAD: Record<Point['when'], Behaviour> = {
  'before a part': { mode: 'hang_up' },
  'in the middle of a part’s answer': { mode: 'cut_off' },
  'after a part’s answer, with the worker, before that is counted': { mode: 'hang_up' },
};
const WHEN = [
  'before a part',
  'in the middle of a part’s answer',
  'after a part’s answer, with the worker, before that is counted',
] as const;

/** Where the first provider dies for good. */
interface Point {
  when: (typeof WHEN)[number];
  /** From 0. */
  part: number;
}

/** Parts of which no line stands in the transcript. */
const UNHEARD = `
SELECT c.index FROM transcription_chunks c WHERE c.transcription_id = $1 AND c.transcript->>'text' <> '' AND NOT EXISTS (
  SELECT FROM transcript_segments s WHERE s.transcription_id = c.transcription_id AND s.start < c.end_seconds AND s."end" > c.start_seconds)`;

/** @returns what is wrong with the transcript or with its bill */
async function dieAt({ stack, client, groq }: TwoProviders, audioId: string, { when, part }: Point): Promise<string[]> {
  await stack.query('DELETE FROM circuits');
  const earlier = groq.calls.length;
  groq.script(...Array.from({ length: part }, () => ({ mode: 'ok' as const })));
  if (when === WHEN[2]) groq.script({ mode: 'ok', delayMs: CAUGHT_MS });
  groq.always(DEAD[when]);
  const { id } = await client.order(audioId, { reuse: false });
  if (when === WHEN[2]) {
    await untilCalled({ provider: groq, tails: () => stack.tails() }, earlier + part + 1);
    const held = await stack.holdTable('transcriptions');
    await stack.untilHeld('transcriptions', 1);
    await stack.killWorker('SIGKILL');
    await held.release();
    await stack.startWorker();
  }
  const { status, durationSeconds, error, warnings } = await client.waitUntilFinished(id, 300);
  const bill = await billOf((sql, values) => stack.query(sql, values), id);
  const parts = await stack.query('SELECT index FROM transcription_chunks WHERE transcription_id = $1', [id]);
  const byFirst = when === WHEN[2] ? part + 1 : part;
  const wrong = {
    'it is not completed': status !== 'completed' && `${error?.code}`,
    'a part was answered more or less than once':
      bill.answered.join() !== parts.map((_, index) => index).join() && bill.answered.join(),
    'parts are missing': (await stack.query(UNHEARD, [id])).length > 0 && 'lines',
    'the first provider answered other parts':
      groq.calls.slice(earlier).filter(({ behaviour }) => behaviour.mode === 'ok').length !== byFirst && 'parts',
    'the calls do not cost what they should': bill.calls.microDollars !== bill.owed.microDollars && JSON.stringify(bill),
    'the usage is not that of the calls':
      (bill.usage.milliseconds !== bill.owed.milliseconds || bill.usage.microDollars !== bill.owed.microDollars) &&
      JSON.stringify(bill),
    'the quota is not charged with the sound':
      Math.abs(bill.chargedMilliseconds - 1_000 * (durationSeconds ?? NaN)) > 1 &&
      `${bill.chargedMilliseconds} ms of ${durationSeconds} s`,
    'a failed call is lost': bill.failures.length === 0 && byFirst < parts.length && warnings.join(' '),
  };
  return Object.entries(wrong).flatMap(([what, details]) => (details === false ? [] : [`${when} ${part}: ${what} (${details})`]));
}

async function run(turn: Turn): ReturnType<ChaosRow['run']> {
  return onTwoProviders(
    { SPEECH_PROVIDER: 'groq', SPEECH_CONCURRENCY: '1', QUOTA_PLANS: 'free.processing=1000000,free.transcription=1000000' },
    async (both) => {
      const { stack, client } = both;
      const { id: audioId } = await client.upload(longRecording(stack.files, SECONDS));
      const { id } = await client.order(audioId, { reuse: false });
      await client.waitUntilFinished(id, 300);
      const [{ n: parts } = { n: 0 }] = await stack.query<{ n: number }>('SELECT max(chunk_count) AS n FROM transcriptions');
      const wanted = turn.times(parts);
      const chosen = Array.from({ length: wanted }, (_, index) => Math.round((index * (parts - 1)) / Math.max(1, wanted - 1)));
      const points = chosen.flatMap((part) => WHEN.map((when): Point => ({ when, part })));
      const wrong: string[] = [];
      for (const [index, point] of points.entries()) {
        wrong.push(...(await dieAt(both, audioId, point)));
        turn.say(`${index + 1} of ${points.length} points, ${wrong.length} wrong`);
      }
      const { total } = (
        await stack.query<{ total: string }>('SELECT sum(cost_micro_dollars) AS total FROM usage_records')
      )[0] ?? { total: '?' };
      const told =
        wrong.length === 0 ? `all complete, and all bills right: ${points.length + 1} hours for ${total} µ$` : wrong.join('; ');
      return { figure: `${points.length} points in ${parts} parts: ${told}`, holds: wrong.length === 0 };
    },
  );
}

/** The first provider dies at each point of an hour. */
export const DYING: ChaosRow = {
  id: 'F39',
  what: 'an hour of sound, and the first of two providers dies for good: before each part, in the middle of each part’s answer, and after it, with the worker (kill -9), before it is counted',
  expect:
    'the transcript is complete; calls, usage and quota agree to the millisecond and the micro-dollar with the price pages; no part is paid for twice',
  withinSeconds: 3_600,
  run,
};
