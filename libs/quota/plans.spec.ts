import { describe, expect, it } from '@jest/globals';
import { testConfig } from '#testing/config';
import { Plans, readOwnQuotas } from './plans.js';

describe('the quotas of a plan', () => {
  it('are in the units of the ledger', () => {
    const { grants } = new Plans(testConfig({ QUOTA_PLANS: 'free.processing=off' }));
    expect(grants.free).toEqual({ storage: 1e9, processing: null, transcription: 1_800_000, calls: 1_000, tokens: 50_000 });
  });
});

describe('quotas of one workspace', () => {
  it('are read as those of plans, and only those that are named', () => {
    expect(readOwnQuotas(['transcription=600', 'storage=off'])).toEqual({ transcription: 36_000_000, storage: null });
    expect(readOwnQuotas([])).toEqual({});
  });

  it.each(['off', 'minutes=3', 'calls=many'])('are not %s', (entry) => {
    expect(() => readOwnQuotas([entry])).toThrow(`${entry} is no quota.`);
  });
});
