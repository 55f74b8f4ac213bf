import { describe, expect, it } from '@jest/globals';
import { accuracyNote, clock, progressLine, transcriptLine } from './transcript.ts';

describe('clock', () => {
  it.each([
    [0, '0:00.0'],
    [7.25, '0:07.3'],
    [59.97, '1:00.0'],
    [754.2, '12:34.2'],
    [3_599.96, '1:00:00.0'],
    [36_061, '10:01:01.0'],
  ])('writes %d s as %s', (seconds, written) => {
    expect(clock(seconds)).toBe(written);
  });
});

describe('transcriptLine', () => {
  it('names the speaker where one is known', () => {
    expect(transcriptLine({ start: 0, end: 2.5, speaker: 'A', text: ' hello ' })).toBe('  [0:00.0 – 0:02.5] A: hello');
    expect(transcriptLine({ start: 0, end: 2.5, speaker: null, text: 'hello' })).toBe('  [0:00.0 – 0:02.5] hello');
  });
});

describe('progressLine', () => {
  it('fills the bar by the percentage', () => {
    expect(progressLine({ status: 'processing', stage: 'transcribing', progress: 50 })).toBe(
      `  ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  transcribing`,
    );
    expect(progressLine({ status: 'pending', stage: null, progress: 0 })).toBe(`  ${'░'.repeat(24)}   0 %  pending`);
  });
});

describe('accuracyNote', () => {
  it('speaks of weak engines only', () => {
    expect(accuracyNote({ provider: 'local', model: 'pocketsphinx', lowAccuracy: true })).toContain('npm run model -- base');
    expect(accuracyNote({ provider: 'groq', model: 'whisper-large-v3', lowAccuracy: false })).toBeUndefined();
    expect(accuracyNote(null)).toBeUndefined();
  });
});
