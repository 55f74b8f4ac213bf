import { describe, expect, it } from '@jest/globals';
import { PieceGatherer, Pieces } from './pieces.js';

const TEXT = 'the quick brown fox jumps over the lazy dog';

function piecesOf(text: string, size: number): Pieces {
  const count = Math.ceil(text.length / size);
  return new Pieces(Array.from({ length: count }, (_, index) => Buffer.from(text.slice(index * size, (index + 1) * size))));
}

describe.each([1, 2, 3, 5, 16, 100])('bytes in pieces of %i', (size) => {
  const pieces = piecesOf(TEXT, size);

  it('are read as one', () => {
    expect(pieces.length).toBe(TEXT.length);
    expect(pieces.whole().toString()).toBe(TEXT);
    expect([pieces.at(4), pieces.at(TEXT.length)]).toEqual([TEXT.charCodeAt(4), undefined]);
    for (let from = 0; from <= TEXT.length; from += 1)
      for (const to of [from, from + 1, from + 7, TEXT.length + 9])
        expect([from, to, pieces.slice(from, to).toString()]).toEqual([from, to, TEXT.slice(from, to)]);
  });

  it.each(['the', 'e', 'fox jumps', ' dog', 'dog.', TEXT, 'zz'])('are looked through for %j', (wanted) => {
    for (let from = 0; from <= TEXT.length; from += 1)
      expect([from, pieces.indexOf(Buffer.from(wanted), from)]).toEqual([from, TEXT.indexOf(wanted, from)]);
  });

  it('are cut without a copy', () => {
    const { list } = pieces.cut(3, 20);
    expect(Buffer.concat(list).toString()).toBe(TEXT.slice(3, 20));
    expect(list.every(({ buffer }) => pieces.list.some((piece) => piece.buffer === buffer))).toBe(true);
  });
});

describe('gathering', () => {
  it('keeps what is large as it came, and puts together what is small', () => {
    const gatherer = new PieceGatherer();
    const large = Buffer.alloc(50_000, 1);
    const expected: Buffer[] = [];
    for (const piece of [
      Buffer.from('ab'),
      large,
      ...Array.from({ length: 100_000 }, (_, index) => Buffer.from([index % 256])),
      large,
    ]) {
      gatherer.add(piece);
      expected.push(piece);
    }
    const pieces = gatherer.pieces();
    expect(pieces.whole().equals(Buffer.concat(expected))).toBe(true);
    expect(pieces.list.length).toBeLessThan(7);
    expect(pieces.list.filter((piece) => piece === large)).toHaveLength(2);
  });
});
