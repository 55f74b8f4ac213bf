import { describe, expect, it } from '@jest/globals';
import { storableJson, storableText } from './storable.js';

describe('storableText', () => {
  it('leaves out NUL, replaces halves of pairs and keeps everything else', () => {
    expect(storableText('a\u0000b\ud800c 😀 é\n')).toBe('ab\ufffdc 😀 é\n');
  });
});

describe('storableJson', () => {
  it('reaches texts at any depth and leaves the rest', () => {
    const json = storableJson({ words: [{ text: 'x\u0000', start: 1 }], language: null });
    expect(JSON.parse(json)).toEqual({ words: [{ text: 'x', start: 1 }], language: null });
    expect(json).not.toContain('\\u0000');
  });
});
