import { describe, expect, it } from '@jest/globals';
import { chooseCut, chooseStart, cutWindow } from './choose-cut.js';
import { levelOf } from './sound-levels.js';
import type { FrameSpan } from './speech-map.js';

const LOUD = new Uint8Array(5000).fill(levelOf(-20));
const WINDOW = { from: 500, to: 1500, target: 1000 };

/** Everything sounds but these stretches. */
function soundingBut(...pauses: [number, number][]): FrameSpan[] {
  const edges = [0, ...pauses.flat(), LOUD.length];
  return Array.from({ length: edges.length / 2 }, (_, pair) => ({ from: edges[2 * pair] ?? 0, to: edges[2 * pair + 1] ?? 0 }));
}

describe('cutWindow', () => {
  it('reaches from half the target to half as much again, and never past the longest', () => {
    expect(cutWindow({ target: 1000, longest: 9000 }, 200)).toEqual({ from: 700, to: 1700, target: 1200 });
    expect(cutWindow({ target: 1000, longest: 1100 }, 200)).toEqual({ from: 700, to: 1300, target: 1200 });
  });

  it('leaves a second for the next piece', () => {
    expect(cutWindow({ target: 1000, longest: 1100 }, 0, 1101).to).toBe(1051);
  });
});

describe('chooseCut', () => {
  it('cuts in the middle of the only pause', () => {
    expect(chooseCut(LOUD, soundingBut([700, 740]), WINDOW)).toBe(720);
  });

  it('takes, of pauses alike, the one nearest to the target', () => {
    expect(chooseCut(LOUD, soundingBut([600, 630], [950, 980], [1200, 1230]), WINDOW)).toBe(965);
  });

  it('takes a long pause farther off rather than a short one', () => {
    expect(chooseCut(LOUD, soundingBut([700, 760], [1000, 1011]), WINDOW)).toBe(730);
  });

  it('takes the part of a pause that lies in the window', () => {
    expect(chooseCut(LOUD, soundingBut([1460, 1600]), WINDOW)).toBe(1480);
  });

  it('cuts a silent stretch in its middle', () => {
    expect(chooseCut(LOUD, [], WINDOW)).toBe(1000);
  });

  it('cuts at the quietest moment where there is no pause', () => {
    const dipped = LOUD.slice().fill(levelOf(-26), 900, 905).fill(levelOf(-24), 1100, 1110);
    expect(chooseCut(dipped, soundingBut(), WINDOW)).toBe(902);
  });
});

describe('chooseStart', () => {
  it('begins the next piece at the cut when that lies in a pause', () => {
    expect(chooseStart(LOUD.slice().fill(0, 700, 740), soundingBut([700, 740]), 720, 0)).toBe(720);
  });

  it('begins it three to five seconds earlier, at the quietest moment, when the cut may go through a word', () => {
    const dipped = LOUD.slice().fill(levelOf(-26), 800, 810).fill(levelOf(-24), 900, 910).fill(levelOf(-40), 700, 710);
    expect(chooseStart(dipped, soundingBut(), 1000, 0)).toBe(807);
  });

  it('does not trust a pause that is nearly as loud as the speech', () => {
    const quieter = (decibels: number) => LOUD.slice().fill(levelOf(-20 - decibels), 900, 1100);
    expect(chooseStart(quieter(9), soundingBut([900, 1100]), 1000, 0)).toBeLessThanOrEqual(850);
    expect(chooseStart(quieter(10), soundingBut([900, 1100]), 1000, 0)).toBe(1000);
  });

  it('begins the next piece at the cut when nothing sounds before it', () => {
    expect(chooseStart(LOUD, [], 1000, 0)).toBe(1000);
  });

  it('takes a cut close to sound for one that may go through a word', () => {
    const paused = LOUD.slice().fill(0, 990, 1010);
    expect(chooseStart(paused, soundingBut([994, 1006]), 1000, 0)).toBeLessThanOrEqual(850);
    expect(chooseStart(paused, soundingBut([993, 1007]), 1000, 0)).toBe(1000);
  });

  it('shares no more than a quarter of a short piece', () => {
    const start = chooseStart(LOUD, soundingBut(), 1000, 600);
    expect(start).toBeGreaterThanOrEqual(900);
    expect(start).toBeLessThanOrEqual(950);
  });
});
