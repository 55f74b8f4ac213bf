import { describe, expect, it } from '@jest/globals';
import { FRAMES_PER_SECOND, levelOf } from './sound-levels.js';
import { joinedSpeech, soundingSpans, speechSpans } from './speech-map.js';

/** Levels of stretches of [seconds, decibels of full scale]. */
function levels(...stretches: [number, number][]): Uint8Array {
  return Uint8Array.from(
    stretches.flatMap(([seconds, decibels]) => Array<number>(Math.round(seconds * FRAMES_PER_SECOND)).fill(levelOf(decibels))),
  );
}

function speechOf(sound: Uint8Array): [number, number][] {
  return speechSpans(soundingSpans(sound), { from: 0, to: sound.length }).map(({ start, end }) => [start, end]);
}

describe('the speech map', () => {
  it('finds sound over silence, with a margin', () => {
    expect(speechOf(levels([2, -120], [1, -30], [2, -120]))).toEqual([[1.8, 3.2]]);
  });

  it('finds sound five decibels and more over the noise, however loud the noise', () => {
    expect(speechOf(levels([4, -30], [1, -24], [4, -30]))).toEqual([[3.8, 5.2]]);
    expect(speechOf(levels([4, -60], [1, -54], [4, -60]))).toEqual([[3.8, 5.2]]);
  });

  it('finds the quietest audible sound after silence', () => {
    expect(speechOf(levels([3, -110], [1, -78], [3, -110]))).toEqual([[2.8, 4.2]]);
  });

  it('calls steady noise and rounding no speech', () => {
    expect(speechOf(levels([20, -35]))).toEqual([]);
    expect(speechOf(levels([5, -120], [5, -85], [5, -120]))).toEqual([]);
  });

  it('leaves out clicks and keeps short words', () => {
    expect(speechOf(levels([2, -90], [0.04, -20], [2, -90], [0.1, -40], [2, -90]))).toEqual([[3.84, 4.34]]);
  });

  it('joins what lies within half a second, margins counted', () => {
    expect(speechOf(levels([2, -90], [1, -30], [0.8, -90], [1, -30], [2, -90]))).toEqual([[1.8, 5]]);
    expect(speechOf(levels([2, -90], [1, -30], [1, -90], [1, -30], [2, -90]))).toEqual([
      [1.8, 3.2],
      [3.8, 5.2],
    ]);
  });

  it('finds quiet speech right after loud noise has ended, and before it begins', () => {
    const sound = levels([30, -30], [0.5, -80], [1, -60], [20, -80], [1, -60], [0.5, -80], [30, -30]);
    const found = speechOf(sound);
    const covers = (from: number, to: number): boolean => found.some(([start, end]) => start <= from && end >= to);
    expect(covers(30.5, 31.5)).toBe(true);
    expect(covers(51.5, 52.5)).toBe(true);
  });

  it('looks back ten seconds from where it is asked', () => {
    // Asked from the middle of the speech: what is noise shows only in what came before.
    const sound = levels([9, -80], [2, -40]);
    expect(soundingSpans(sound, 10 * FRAMES_PER_SECOND)).toEqual([{ from: 450, to: 550 }]);
  });

  it('joins the spans of chunks at their cuts', () => {
    const joined = joinedSpeech([
      { start: 1, end: 20 },
      { start: 20, end: 22.5 },
      { start: 24, end: 25 },
    ]);
    expect(joined).toEqual([
      { start: 1, end: 22.5 },
      { start: 24, end: 25 },
    ]);
  });
});
