import { describe, expect, it } from '@jest/globals';
import { bellOptions, canaryOptions } from './bell.js';
import { isJobName, JOB_NAMES, JOB_SETTINGS } from './job-catalogue.js';

describe('the job catalogue', () => {
  it('names jobs by their room, in a form BullMQ takes as a queue', () => {
    for (const name of JOB_NAMES) expect(name).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/);
  });

  it.each(JOB_NAMES)('has sensible settings for %s', (name) => {
    const { leaseSeconds, timeoutSeconds, tries, backoffSeconds, backoffCapSeconds, crashes } = JOB_SETTINGS[name];
    // Heartbeats come every 5 s; two may be lost.
    expect(leaseSeconds).toBeGreaterThanOrEqual(15);
    expect(timeoutSeconds).toBeGreaterThan(leaseSeconds);
    expect(tries).toBeGreaterThanOrEqual(1);
    expect(backoffCapSeconds).toBeGreaterThanOrEqual(backoffSeconds);
    expect(crashes).toBeGreaterThanOrEqual(3);
  });

  it('knows its names', () => {
    expect(isJobName('transcription.prepare')).toBe(true);
    for (const other of ['transcription', 'toString', '', '__proto__']) expect(isJobName(other)).toBe(false);
  });
});

describe('a bell', () => {
  it('has one id until the row is claimed, and another one afterwards', () => {
    expect(bellOptions('7', 0).jobId).toBe(bellOptions('7', 0).jobId);
    expect(bellOptions('7', 0).jobId).not.toBe(bellOptions('7', 1).jobId);
    expect(bellOptions('71', 0).jobId).not.toBe(bellOptions('7', 10).jobId);
  });

  it.each([bellOptions('7', 0), canaryOptions('host-1-abc-1')])(
    'leaves nothing behind and is never tried twice: %j',
    (options) => {
      expect(options).toMatchObject({ attempts: 1, removeOnComplete: true, removeOnFail: true });
      expect(options.jobId).toMatch(/^[a-z]+-[\w-]+$/);
    },
  );
});
