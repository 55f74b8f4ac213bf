import { describe, expect, it } from '@jest/globals';
import { languageCode, WHISPER_LANGUAGES } from './languages.js';

describe('languageCode', () => {
  it.each([
    ['english', 'en'],
    ['English', 'en'],
    ['en', 'en'],
    ['en-US', 'en'],
    ['pt_BR', 'pt'],
    ['mandarin', 'zh'],
    ['haitian creole', 'ht'],
    ['jw', 'jv'],
    ['yue', 'yue'],
    ['deu', 'de'],
    ['ger', 'de'],
    ['fil', 'tl'],
    ['nob', 'no'],
    ['haw', 'haw'],
    ['xyz', undefined],
    ['constructor', undefined],
    ['klingon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as %j', (text, code) => {
    expect(languageCode(text)).toBe(code);
  });

  it('knows the hundred languages of Whisper', () => {
    expect(Object.keys(WHISPER_LANGUAGES)).toHaveLength(100);
  });
});
