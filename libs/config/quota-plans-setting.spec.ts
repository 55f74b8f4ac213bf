import { describe, expect, it } from '@jest/globals';
import { testConfig } from '#testing/config';

const plansOf = (setting?: string) => testConfig({ QUOTA_PLANS: setting }).quotaPlans;

describe('QUOTA_PLANS', () => {
  it('left out grants the free plan 1 GB, 60 minutes, 30 minutes, 1 000 calls and 50 000 tokens', () => {
    const free = { storageBytes: 1e9, processingSeconds: 3_600, transcriptionSeconds: 1_800, apiCalls: 1_000, aiTokens: 50_000 };
    expect(plansOf().free).toEqual(free);
    expect(plansOf().custom.storageBytes).toBeNull();
  });

  it('changes single quotas, lifts them, or lifts all; what comes later counts', () => {
    expect(plansOf('free.storage=2,pro.calls=off').free).toMatchObject({ storageBytes: 2_000_000, apiCalls: 1_000 });
    expect(plansOf('free.storage=2,pro.calls=off').pro.apiCalls).toBeNull();
    expect(plansOf('off,free.transcription=5').free).toMatchObject({ transcriptionSeconds: 300, processingSeconds: null });
    // One configuration does not change another's.
    expect(plansOf().free.transcriptionSeconds).toBe(1_800);
  });

  it.each(['free', 'free.minutes=1', 'gold.calls=1', 'free.calls=-1', 'free.calls='])('refuses %s', (setting) => {
    expect(() => plansOf(setting)).toThrow('QUOTA_PLANS must be a list of');
  });
});
