import { describe, expect, it } from '@jest/globals';
import { databaseErrors } from '#database';
import { type ErrorKind, FieldError, STATUS_OF_KIND } from '#errors';
import { JOB_SETTINGS } from '../job-catalogue.js';
import { classifyFailure, type FailureClass, judgeFailure, quarantined, type Verdict } from './job-failure.js';

const SETTINGS = { ...JOB_SETTINGS['transcription.prepare'], tries: 3, backoffSeconds: 2, backoffCapSeconds: 60 };

function failed(kind: ErrorKind, retryAfterSeconds?: number): FieldError {
  return new FieldError({ code: 'some_code', kind, title: '', example: '' }, 'It failed.', { retryAfterSeconds });
}

function judge(
  failureClass: FailureClass,
  { failures = 0, ageSeconds = 0, jitter = 0, retryAfterSeconds = undefined as number | undefined } = {},
) {
  return judgeFailure(
    { class: failureClass, code: 'c', detail: 'd', retryAfterSeconds },
    { failures, ageSeconds },
    SETTINGS,
    jitter,
  );
}

function waitOf(verdict: Verdict): number {
  if (verdict.action !== 'retry') throw new Error('There is no wait: the job was given up.');
  return verdict.afterSeconds;
}

describe('classifyFailure', () => {
  it.each(Object.keys(STATUS_OF_KIND) as ErrorKind[])('sorts %s', (kind) => {
    const expected: Partial<Record<ErrorKind, FailureClass>> = {
      timeout: 'passing',
      internal: 'passing',
      unavailable: 'passing',
      rate_limited: 'rate_limited',
      insufficient_storage: 'own_fault',
    };
    expect(classifyFailure(failed(kind)).class).toBe(expected[kind] ?? 'permanent');
  });

  it('keeps code, sentence and wait of errors of the field', () => {
    expect(classifyFailure(failed('unavailable', 9))).toEqual({
      class: 'passing',
      code: 'some_code',
      detail: 'It failed.',
      retryAfterSeconds: 9,
    });
  });

  it('does not hold our own database or store against the work', () => {
    expect(classifyFailure(new FieldError(databaseErrors.database_unavailable, 'Away.')).class).toBe('own_fault');
    const storage = { code: 'storage_unavailable', kind: 'unavailable' as const, title: '', example: '' };
    expect(classifyFailure(new FieldError(storage, 'Away.')).class).toBe('own_fault');
  });

  it.each([[new TypeError('secret detail')], ['text'], [undefined]])('tells nothing of what nobody foresaw: %p', (error) => {
    const failure = classifyFailure(error);
    expect(failure).toMatchObject({ class: 'passing', code: 'internal_error' });
    expect(failure.detail).not.toContain('secret');
  });
});

describe('judgeFailure', () => {
  it('gives up at once what cannot be helped', () => {
    expect(judge('permanent')).toEqual({ action: 'give_up' });
  });

  it('waits twice as long each time, then gives up', () => {
    expect(judge('passing', { failures: 0, jitter: 1 })).toEqual({ action: 'retry', afterSeconds: 2, counts: true });
    expect(judge('passing', { failures: 1, jitter: 1 })).toEqual({ action: 'retry', afterSeconds: 4, counts: true });
    expect(judge('passing', { failures: 2, jitter: 1 })).toEqual({ action: 'give_up' });
  });

  it('spreads waits between half and the whole, below a cap', () => {
    expect(waitOf(judge('passing', { jitter: 0 }))).toBe(1);
    const patient = { ...SETTINGS, tries: 50 };
    expect(judgeFailure({ class: 'passing', code: 'c', detail: 'd' }, { failures: 40, ageSeconds: 0 }, patient, 1)).toMatchObject(
      { afterSeconds: 60 },
    );
  });

  it('waits at least as long as it was told, and never longer than an hour', () => {
    expect(waitOf(judge('passing', { retryAfterSeconds: 30 }))).toBe(30);
    expect(waitOf(judge('passing', { retryAfterSeconds: 1e9 }))).toBe(3_600);
    expect(judge('rate_limited', { retryAfterSeconds: 7, jitter: 0.5 })).toEqual({
      action: 'retry',
      afterSeconds: 7.5,
      counts: false,
    });
    expect(waitOf(judge('rate_limited', { retryAfterSeconds: 1e9 }))).toBe(3_600);
    expect(waitOf(judge('rate_limited'))).toBe(SETTINGS.backoffCapSeconds);
  });

  it.each([0, -1])('does not take a Retry-After of %d at its word', (retryAfterSeconds) => {
    expect(waitOf(judge('rate_limited', { retryAfterSeconds }))).toBe(2);
  });

  it('gives up after a day, whatever it waited for', () => {
    for (const failureClass of ['rate_limited', 'own_fault', 'passing'] as const) {
      expect(judge(failureClass, { ageSeconds: 86_401 })).toEqual({ action: 'give_up' });
    }
  });

  it('never gives up within a day for what does not count', () => {
    for (const failureClass of ['rate_limited', 'own_fault'] as const) {
      expect(judge(failureClass, { failures: 99 })).toMatchObject({ action: 'retry', counts: false });
    }
  });
});

describe('quarantined', () => {
  it('says what happened and what to do', () => {
    expect(quarantined(3)).toMatchObject({
      class: 'permanent',
      code: 'quarantined',
      detail: expect.stringMatching(/3 times.*again\.$/),
    });
  });
});
