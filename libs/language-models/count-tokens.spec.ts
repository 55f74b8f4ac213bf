import { describe, expect, it } from '@jest/globals';
import { countWithO200k } from './count-tokens.js';

describe('countWithO200k', () => {
  it('counts as the model does', async () => {
    expect(await countWithO200k('hello world', true)).toEqual({ tokens: 2, exact: true, method: 'o200k_base' });
    expect((await countWithO200k('', true)).tokens).toBe(0);
    expect((await countWithO200k('Zeitverschwendung 漢字', true)).tokens).toBe(6);
  });

  it('never calls an estimate exact', async () => {
    const count = await countWithO200k('hello world', false);
    expect(count).toMatchObject({ tokens: 2, exact: false, method: expect.stringMatching(/^estimate: o200k_base/) });
  });

  it('takes what looks like a control token for text', async () => {
    expect((await countWithO200k('<|endoftext|>', true)).tokens).toBeGreaterThan(1);
  });

  it('does not choke on a word without an end', async () => {
    const started = performance.now();
    const count = await countWithO200k('a'.repeat(100_000), true);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(count).toMatchObject({ exact: false, tokens: 12_500, method: expect.stringContaining('in pieces') });
  });
});
