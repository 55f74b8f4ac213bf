import { describe, expect, it } from '@jest/globals';
import { basename, dirname } from 'node:path';
import { readCommandLine } from './command-line.ts';

const SAMPLE = import.meta.filename;
const read = (...args: string[]) => readCommandLine(args, dirname(SAMPLE), SAMPLE);

describe('readCommandLine', () => {
  it('takes the sample when nothing is said', () => {
    expect(read()).toEqual({ recording: SAMPLE, once: false });
    expect(read('--once')).toEqual({ recording: SAMPLE, once: true });
  });

  it('finds a file from where the person stands', () => {
    expect(readCommandLine([basename(SAMPLE), '--once'], dirname(SAMPLE), '/sample')).toEqual({ recording: SAMPLE, once: true });
  });

  it('only serves with --no-sample', () => {
    expect(read('--no-sample')).toEqual({ once: false });
  });

  it.each([
    [['nowhere.mp3'], /nowhere\.mp3: There is no such file/],
    [['..'], /is not a file/],
    [['a.mp3', 'b.mp3'], /One recording at a time/],
    [['a.mp3', '--no-sample'], /not both/],
    [['--once', '--no-sample'], /needs a recording/],
    [['--nonsense'], /Unknown option '--nonsense'.*npm start -- my\.mp3/s],
  ])('refuses %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
