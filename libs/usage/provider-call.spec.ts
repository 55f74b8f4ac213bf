import { describe, expect, it } from '@jest/globals';
import { type ProviderCall, recordOf } from './provider-call.js';

const CALL: ProviderCall = {
  id: 'call',
  workspaceId: 'workspace',
  subjectId: 'transcription',
  userId: null,
  apiKeyId: null,
  providerKeyId: null,
  installationKeyId: null,
  provider: 'openai',
  model: 'whisper-1',
  outcome: 'answered',
  errorKind: null,
  audioSeconds: 12.3456,
  costMicroDollars: '1235',
};

describe('a call to a provider is written down', () => {
  it('with its milliseconds and its cost, which is unknown where no price is', () => {
    expect(recordOf(CALL)).toMatchObject({ milliseconds: '12346', costMicroDollars: '1235' });
    expect(recordOf({ ...CALL, costMicroDollars: null })).toMatchObject({ costMicroDollars: null });
  });

  it('with what it read and wrote, and its cost, also when what it wrote was withheld', () => {
    const withheld = { ...CALL, outcome: 'failed' as const, errorKind: 'blocked', tokens: { input: 900, output: 60 } };
    expect(recordOf(withheld)).toMatchObject({ inputTokens: '900', outputTokens: '60', costMicroDollars: '1235' });
    expect(recordOf(CALL)).toMatchObject({ inputTokens: '0', outputTokens: '0' });
  });

  it.each([
    ['rate_limited', '0'],
    ['auth', '0'],
    ['unavailable', null],
    ['cancelled', null],
  ])('that failed as %s without sound, and with the cost %s', (errorKind, costMicroDollars) => {
    const failed = { ...CALL, outcome: 'failed' as const, errorKind, costMicroDollars: null };
    expect(recordOf(failed)).toMatchObject({ milliseconds: '0', costMicroDollars });
  });
});
