import { describe, expect, it } from '@jest/globals';
import { installLine, isExecutable, PROGRAMS } from './program.ts';

describe('installLine', () => {
  it('names the packages of each system', () => {
    expect(installLine(['ffmpeg', 'pocketsphinx'], 'apt')).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends ffmpeg pocketsphinx pocketsphinx-en-us',
    );
    expect(installLine(['ffmpeg', 'redis'], 'dnf')).toBe('sudo dnf install -y ffmpeg-free redis');
    expect(installLine(['ffmpeg'], 'brew')).toBe('brew install ffmpeg');
  });

  it('is silent where a system has no such package', () => {
    expect(installLine(['ffmpeg', 'pocketsphinx'], 'brew')).toBeUndefined();
  });
});

describe('isExecutable', () => {
  it('finds a program by path and by name', () => {
    expect(isExecutable(process.execPath)).toBe(true);
    expect(isExecutable('sh', '/nowhere:/bin')).toBe(true);
    expect(isExecutable('sh', '/nowhere')).toBe(false);
    expect(isExecutable('/etc/hostname-that-is-not-there')).toBe(false);
  });
});

describe('PROGRAMS', () => {
  it('looks for ffmpeg where FFMPEG_PATH says', () => {
    expect(PROGRAMS.ffmpeg.isPresent({ FFMPEG_PATH: process.execPath, PATH: '' })).toBe(true);
    expect(PROGRAMS.ffmpeg.isPresent({ FFMPEG_PATH: '/nowhere/ffmpeg', PATH: process.env.PATH })).toBe(false);
    expect(PROGRAMS.ffmpeg.isPresent({ PATH: '/nowhere' })).toBe(false);
  });
});
