import { setTimeout as sleep } from 'node:timers/promises';
import type { Mode } from '#testing/speech-doubles';
import { billOf } from '#testing/bills';
import type { Client } from '../e2e/client.js';
import { allCompleted, countOf, discardNow, onStack, order, SAYS_IT, untilCalled } from '../e2e/orders.js';
import { shortRecording } from '../e2e/recordings.js';
import type { Stack } from '../e2e/stack.js';
import { onTwoProviders } from './two-providers.js';
import { type ChaosRow, spread } from './row.js';

/** Who orders of one provider by name waits for that one. */
const NAMED = { provider: 'openai', reuse: false };
const ASKED_SECONDS = 7;

/** Orders the transcript of a short recording, of OpenAI by name. */
async function orderNamed(stack: Stack, client: Client, seconds?: number): Promise<string> {
  const { id } = await client.upload(shortRecording(stack.files, seconds));
  return (await client.order(id, NAMED)).id;
}

/** Forgets what was learned of providers; a process knows within a second. */
async function forgive(stack: Stack): Promise<void> {
  await stack.query('DELETE FROM circuits');
  await sleep(1_100);
}

const callTimes = (stack: Stack): number[] => stack.provider.calls.map(({ at }) => at / 1_000);

const SHORT_WAIT: ChaosRow = {
  id: 'F22',
  what: `the provider answers 429 with Retry-After ${ASKED_SECONDS}, one slot for providers, 5 times; somebody else’s order is for another provider`,
  expect: `asked again after ${ASKED_SECONDS} s and at most 3 s more; the other order is done meanwhile; no failure is counted, no breaker opens`,
  withinSeconds: 300,
  run: (turn) =>
    onTwoProviders({ SPEECH_CONCURRENCY: '1', SPEECH_PROVIDER: 'openai' }, async ({ stack, client }) => {
      const waits: number[] = [];
      const others: number[] = [];
      for (let round = 0; round < turn.times(5); round += 1) {
        stack.provider.script({ mode: 'rate_limited', retryAfter: String(ASKED_SECONDS) });
        const before = stack.provider.calls.length;
        const id = await orderNamed(stack, client);
        await untilCalled(stack, before + 1);
        const began = performance.now();
        const { id: audioId } = await client.upload(shortRecording(stack.files));
        await client.waitUntilFinished((await client.order(audioId, { ...NAMED, provider: 'groq' })).id);
        others.push((performance.now() - began) / 1_000);
        await client.waitUntilFinished(id);
        const [first = NaN, second = NaN] = callTimes(stack).slice(before);
        waits.push(second - first);
        turn.say(`waited ${(second - first).toFixed(1)} s`);
      }
      await allCompleted(client);
      const failures = await countOf(stack, 'SELECT sum(failures) AS n FROM jobs');
      const open = await countOf(stack, `SELECT count(*) AS n FROM circuits WHERE id = 'openai' AND openings > 0`);
      const figure = `asked again after ${spread(waits)}; the other order was done after ${spread(others)}; ${stack.provider.calls.length} calls for ${waits.length} orders, ${failures} failures counted, ${open} breakers open`;
      const inTime = waits.every((seconds) => seconds >= ASKED_SECONDS - 0.1 && seconds <= ASKED_SECONDS + 3);
      return {
        figure,
        holds:
          inTime &&
          Math.min(...others) < ASKED_SECONDS &&
          stack.provider.calls.length === 2 * waits.length &&
          failures + open === 0,
      };
    }),
};

const LONG_WAIT: ChaosRow = {
  id: 'F23',
  what: 'the provider answers 429 with Retry-After 3600; ten orders, five of which leave the choice to Steno',
  expect: 'one call in 30 s; five wait for the hour, the other five are done by another provider at once',
  withinSeconds: 200,
  run: () =>
    onTwoProviders({ SPEECH_PROVIDER: 'openai' }, async ({ stack, client }) => {
      stack.provider.always({ mode: 'rate_limited', retryAfter: '3600' });
      const first = await orderNamed(stack, client);
      await untilCalled(stack, 1);
      const named = [first];
      while (named.length < 5) named.push(await orderNamed(stack, client));
      const open = await order(client, shortRecording(stack.files), 5);
      const done = await Promise.all(open.map((id) => client.waitUntilFinished(id)));
      await sleep(30_000);
      const calls = stack.provider.calls.length;
      const parked = await countOf(
        stack,
        `SELECT count(*) AS n FROM jobs WHERE state = 'waiting' AND failures = 0 AND due_at > now() + interval '50 minutes'`,
      );
      for (const id of named) await client.json('POST', `/api/v1/transcriptions/${id}/cancel`);
      await discardNow(stack);
      const completed = done.filter(({ status }) => status === 'completed').length;
      return {
        figure: `${calls} calls, ${parked} parked, ${completed} done by the other provider`,
        holds: calls === 1 && parked === 5 && completed === 5,
      };
    }),
};

const DOWN_SECONDS = 60;

const DOWN: ChaosRow = {
  id: 'F24',
  what: `the provider answers 500 for ${DOWN_SECONDS} s while eight orders wait for it`,
  expect:
    'the breaker opens after 5; at most one call in 30 s then, at most 12 in all; the first answer at most 35 s after it is well; all completed',
  withinSeconds: 300,
  run: () =>
    onStack({}, async (stack, client) => {
      stack.provider.always({ mode: 'server_error' });
      for (let orders = 0; orders < 8; orders += 1) await orderNamed(stack, client);
      await untilCalled(stack, 5);
      await sleep(DOWN_SECONDS * 1_000 - (performance.now() - (stack.provider.calls[0]?.at ?? 0)));
      const failed = callTimes(stack);
      stack.provider.always(SAYS_IT);
      const healed = performance.now() / 1_000;
      await allCompleted(client);
      const closed = (callTimes(stack)[failed.length] ?? NaN) - healed;
      const opened = failed[4] ?? NaN;
      // What was under way when it opened is none of its tries.
      const tries = failed.slice(5).filter((at) => at - opened > 2);
      const gaps = tries.map((at, index) => at - (tries[index - 1] ?? opened));
      return {
        figure: `${failed.length} calls in ${DOWN_SECONDS} s, ${tries.length} of them to try whether it is well, after ${gaps.map((gap) => gap.toFixed(0)).join(', ')} s; the first answer ${closed.toFixed(1)} s after it was`,
        holds: failed.length <= 12 && gaps.every((gap) => gap >= 29) && closed <= 35,
      };
    }),
};

const TIMEOUT_SECONDS = 20;

const SILENT: ChaosRow = {
  id: 'F25',
  what: `the provider never answers, or stops in the middle of its answer (SPEECH_TIMEOUT_SECONDS=${TIMEOUT_SECONDS}), two orders of each`,
  expect: `cut off after ${TIMEOUT_SECONDS} s, and asked once more; all completed`,
  withinSeconds: 200,
  run: () =>
    onStack({ env: { SPEECH_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) } }, async (stack, client) => {
      stack.provider.script({ mode: 'hang' }, { mode: 'stall' }, { mode: 'hang' }, { mode: 'stall' });
      for (let orders = 0; orders < 4; orders += 1) await orderNamed(stack, client);
      await allCompleted(client);
      const cut = await stack.query<{ seconds: number }>(
        `SELECT latency_ms / 1000.0::float8 AS seconds FROM transcription_attempts WHERE outcome = 'failed'`,
      );
      const seconds = cut.map((row) => Number(row.seconds));
      const abandoned = stack.provider.calls.filter((call) => call.abandoned).length;
      return {
        figure: `${cut.length} calls cut off after ${spread(seconds)}, ${abandoned} connections closed, ${stack.provider.calls.length} calls in all`,
        holds:
          cut.length === 4 &&
          stack.provider.calls.length === 8 &&
          seconds.every((value) => Math.abs(value - TIMEOUT_SECONDS) <= 2),
      };
    }),
};

const HALVES: readonly Mode[] = ['cut_off', 'reset', 'hang_up'];

const HALF: ChaosRow = {
  id: 'F26',
  what: 'the provider’s answer ends half way (closed, reset, before it began), 20 orders one after the other',
  expect: 'never stored as complete; asked once more; each part charged for once',
  withinSeconds: 600,
  run: (turn) =>
    onStack({}, async (stack, client) => {
      const ids: string[] = [];
      for (let done = 0; done < turn.times(20); done += 1) {
        stack.provider.script({ mode: HALVES[done % HALVES.length] ?? 'cut_off' });
        ids.push(await orderNamed(stack, client));
        await client.waitUntilFinished(ids.at(-1) ?? '');
        turn.say(`${done + 1} done`);
      }
      await allCompleted(client);
      const bills = await Promise.all(ids.map((id) => billOf((sql, values) => stack.query(sql, values), id)));
      const once = bills.filter(
        ({ answered, calls, usage, owed }) =>
          answered.length === 1 && calls.microDollars === owed.microDollars && usage.milliseconds === owed.milliseconds,
      ).length;
      return {
        figure: `${ids.length} completed with ${stack.provider.calls.length} calls; ${once} charged for once`,
        holds: once === ids.length && stack.provider.calls.length === 2 * ids.length,
      };
    }),
};

const NONSENSE: readonly Mode[] = ['html', 'wrong_shape', 'wrong_types', 'endless', 'huge'];
const MORE_MEMORY_MB = 40;

const GARBAGE: ChaosRow = {
  id: 'F27',
  what: `the provider’s answer is none: ${NONSENSE.join(', ')} (200 MB without an end)`,
  expect: `failed with provider_unavailable after 3 calls; long ones cost the worker at most ${MORE_MEMORY_MB} MB more`,
  withinSeconds: 300,
  run: (turn) =>
    onStack({}, async (stack, client) => {
      const told: string[] = [];
      let holds = true;
      let before = NaN;
      for (const mode of NONSENSE) {
        // What failed orders need anyway is there by then; the long answers are the last.
        if (mode === 'endless') before = stack.workers[0]?.memory().peak ?? NaN;
        const earlier = stack.provider.calls.length;
        stack.provider.always({ mode });
        const { status, error } = await client.waitUntilFinished(await orderNamed(stack, client));
        const calls = stack.provider.calls.length - earlier;
        holds &&= status === 'failed' && error?.code === 'provider_unavailable' && calls === 3;
        told.push(`${mode}: ${error?.code ?? status}, ${calls} calls`);
        turn.say(told.at(-1) ?? '');
        await forgive(stack);
      }
      await discardNow(stack);
      const more = (stack.workers[0]?.memory().peak ?? NaN) - before;
      return { figure: `${told.join('; ')}; +${more.toFixed(0)} MB`, holds: holds && more <= MORE_MEMORY_MB };
    }),
};

const KILLS = 20;
const AT_ONCE = 4;

const KEPT: ChaosRow = {
  id: 'F28',
  what: `kill -9 of the worker when the answer has come and is about to be counted, ${KILLS} orders (F8: before it is written)`,
  expect: 'all completed; no call is made again',
  withinSeconds: 900,
  run: (turn) =>
    onStack({}, async (stack, client) => {
      const kills = turn.times(KILLS);
      for (let done = 0; done < kills; done += AT_ONCE) {
        const caught = Math.min(AT_ONCE, kills - done);
        const calls = stack.provider.calls.length;
        stack.provider.always({ ...SAYS_IT, delayMs: 1_500 });
        await order(client, shortRecording(stack.files), caught);
        await untilCalled(stack, calls + caught);
        const held = await stack.holdTable('transcriptions');
        await stack.untilHeld('transcriptions', caught);
        await stack.killWorker('SIGKILL');
        await held.release();
        await stack.startWorker();
        await allCompleted(client);
        turn.say(`${done + caught} of ${kills}`);
      }
      const calls = stack.provider.calls.length;
      return { figure: `${kills}/${kills} completed with ${calls} calls`, holds: calls === kills };
    }),
};

/** What providers do wrong. */
export const PROVIDER_ROWS: ChaosRow[] = [SHORT_WAIT, LONG_WAIT, DOWN, SILENT, HALF, GARBAGE, KEPT];
