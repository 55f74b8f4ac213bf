import { inflateRawSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { FinishedTranscription } from './finished-transcript.js';
import { finishedTranscript, written } from './transcript.fixture.js';
import { type TranscriptFormat, writeTranscript } from './transcript-formats.js';

const MEETING = finishedTranscript(
  [
    ['Ada', 'Good morning, everyone.'],
    ['Ada', 'Let us start.'],
    ['Grace', 'Yes & no.'],
  ],
  {
    warnings: ['low_accuracy: The offline engine hears about half of the words.'],
    quality: {
      coverage: 0.968,
      speechSeconds: 27,
      findings: [{ kind: 'missing_text', start: 20, end: 25.5, detail: 'Nobody heard this.', outcome: 'kept', asked: [] }],
    },
  },
);

async function write(format: TranscriptFormat, finished: FinishedTranscription = MEETING): Promise<string> {
  return (await written(writeTranscript(format, finished))).toString();
}

describe('json formats', () => {
  it('have the members of OpenAI’s', async () => {
    expect(JSON.parse(await write('json'))).toEqual({ text: 'Good morning, everyone. Let us start. Yes & no.' });
    const verbose = JSON.parse(await write('verbose_json')) as Record<string, unknown[]>;
    expect(verbose).toMatchObject({ task: 'transcribe', language: 'en', duration: 30, text: expect.stringMatching(/^Good/) });
    expect(verbose.segments).toHaveLength(3);
    expect(verbose.segments?.[2]).toEqual({ id: 2, start: 20, end: 29, text: 'Yes & no.', speaker: 'Grace', confidence: 0.9 });
    expect(verbose.words).toHaveLength(9);
    expect(verbose.words?.[0]).toEqual({ word: 'Good', start: 0, end: 0.5, confidence: 0.8 });
    expect(verbose).toMatchObject({ quality: { coverage: 0.968 }, warnings: [expect.stringMatching(/^low_accuracy/)] });
  });

  it('words says who said each', async () => {
    const { words } = JSON.parse(await write('words')) as { words: unknown[] };
    expect(words.at(-1)).toEqual({ word: 'no.', start: 22, end: 22.5, speaker: 'Grace', confidence: 0.8 });
  });

  it('are whole where nothing was said', async () => {
    const silence = finishedTranscript([]);
    for (const format of ['json', 'verbose_json', 'words'] as const) {
      expect(JSON.parse(await write(format, silence))).toBeInstanceOf(Object);
    }
  });
});

describe('tsv', () => {
  const cells = async (speaker: string | null, text: string): Promise<string[]> => {
    const [, row = ''] = (await write('tsv', finishedTranscript([[speaker, text]]))).split('\n');
    return row.split('\t');
  };

  it('has milliseconds, text and speaker', async () => {
    expect((await write('tsv')).split('\n').slice(0, 2)).toEqual([
      'start\tend\ttext\tspeaker',
      '0\t9000\tGood morning, everyone.\tAda',
    ]);
  });

  it.each(["=cmd|' /C calc'!A0", '+1', '-1', '@SUM(A1)', '\t=1', '\r\n=1', '＝1'])('makes no formula of %j', async (text) => {
    const [, , spoken = '', speaker = ''] = await cells(text, text);
    for (const cell of [spoken, speaker]) expect(cell).toMatch(/^'[=+\-@＝]/);
  });

  it('keeps a text in one cell', async () => {
    expect(await cells('A\tB', 'one\ttwo\nthree')).toEqual(['0', '9000', 'one two three', 'A B']);
    expect((await cells(null, '"so" he said'))[2]).toBe('"""so"" he said"');
  });
});

describe('md', () => {
  it('names the recording, the facts, what to beware of, and who said what when', async () => {
    expect(await write('md')).toBe(
      [
        '# Weekly meeting\n',
        '- **Date:** 2026-11-20 15:00 UTC',
        '- **Length:** 00:00:30',
        '- **Language:** English',
        '- **Speakers:** Ada, Grace',
        '- **Transcribed by:** openai, whisper-1, 2026-11-21 09:01 UTC',
        '- **Speech with text:** 96 %\n',
        '> **Note:** The offline engine hears about half of the words.\n',
        '> **Note:** 00:00:20–00:00:26: Nobody heard this. (no engine gave better text)\n',
        '---\n',
        '**Ada** \\[00:00:00\\]\n',
        'Good morning, everyone. Let us start.\n',
        '**Grace** \\[00:00:20\\]\n',
        'Yes &amp; no.\n',
      ].join('\n'),
    );
  });

  it.each([
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['[a](javascript:alert(1))', '\\[a\\](javascript:alert(1))'],
    ['# no heading', '\\# no heading'],
    ['1. no list', '1\\. no list'],
    ['- no list', '\\- no list'],
    ['```code', '\\`\\`\\`code'],
    ['a\n\n---\nb', 'a --- b'],
  ])('takes %j for what it says', async (text, escaped) => {
    expect(await write('md', finishedTranscript([[null, text]]))).toMatch(
      new RegExp(`\\n\\n${escaped.replaceAll(/[^\w\s]/g, '\\$&')}\\n$`),
    );
  });
});

describe('docx', () => {
  it('holds all of it as text, not as markup', async () => {
    const said = '=A1 <b>&</b> \u0001 --> مرحبا';
    const finished = finishedTranscript([['Ada', said]], { warnings: ['low_accuracy: Beware.'] });
    const xml = unzipped(await written(writeTranscript('docx', finished))).get('word/document.xml') ?? '';
    const paragraphs = xml
      .split('</w:p>')
      .map((paragraph) => [...paragraph.matchAll(/<w:t[ >][^<]*?>?([^<>]*)<\/w:t>/g)].map(([, text]) => text).join(''));
    expect(paragraphs).toEqual(
      expect.arrayContaining([
        'Weekly meeting',
        'Language: English',
        'Speakers: Ada',
        'Note: Beware.',
        'Ada  00:00:00',
        '=A1 &lt;b&gt;&amp;&lt;/b&gt; --&gt; مرحبا',
      ]),
    );
  });

  /** The texts in an archive by name (APPNOTE.TXT, 4.3.12: the central directory). */
  function unzipped(archive: Buffer): Map<string, string> {
    const files = new Map<string, string>();
    let entry = archive.indexOf('PK\x01\x02', 0, 'latin1');
    while (entry >= 0 && archive.readUInt32LE(entry) === 0x02014b50) {
      const [packed, name, extra, comment] = [
        archive.readUInt32LE(entry + 20),
        ...[28, 30, 32].map((at) => archive.readUInt16LE(entry + at)),
      ] as [number, number, number, number];
      const header = archive.readUInt32LE(entry + 42);
      const from = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
      const bytes = archive.subarray(from, from + packed);
      const text = archive.readUInt16LE(entry + 10) === 8 ? inflateRawSync(bytes) : bytes;
      files.set(archive.toString('utf8', entry + 46, entry + 46 + name), text.toString());
      entry += 46 + name + extra + comment;
    }
    return files;
  }
});

describe('pdf', () => {
  /** Pages and the size of what stands on them. */
  function pagesOf(pdf: Buffer): { pages: number; content: number } {
    const text = pdf.toString('latin1');
    const streams = [...text.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, packed = '']) => packed);
    const content = streams.reduce((sum, packed) => sum + unpacked(packed), 0);
    return { pages: [...text.matchAll(/\/Type \/Page\b(?!s)/g)].length, content };
  }

  function unpacked(packed: string): number {
    try {
      return inflateSync(Buffer.from(packed, 'latin1')).length;
    } catch {
      return 0;
    }
  }

  it('is a document with a title that goes on to as many pages as it takes', async () => {
    const long = finishedTranscript(
      Array.from({ length: 120 }, (_, index) => [`Speaker ${index % 2}`, 'Nothing new. '.repeat(20)]),
    );
    const pdf = await written(writeTranscript('pdf', long));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').trimEnd()).toMatch(/%%EOF$/);
    const { pages, content } = pagesOf(pdf);
    expect(pages).toBeGreaterThan(10);
    expect(pages).toBeLessThan(30);
    expect(content).toBeGreaterThan(50_000);
  });

  it('takes every script, title and name', async () => {
    const lines: [string, string][] = [
      ['محمد علي', 'مرحبا بكم (في) الاجتماع رقم 2026 مع Steno.'],
      ['דנה', 'שלום לכולם'],
      ['田中', '今日は良い天気ですね。'],
      ['x'.repeat(300), `${'y'.repeat(2_000)} 😀 \ud800`],
    ];
    expect(pagesOf(await written(writeTranscript('pdf', finishedTranscript(lines)))).pages).toBe(2);
  });
});
