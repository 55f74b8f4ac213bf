import type { ApiResponseOptions } from '@nestjs/swagger';
import { FILE_KINDS } from '../formats/transcript-formats.js';

const TEXT = { schema: { type: 'string' } } as const;
const FILE = { schema: { type: 'string', format: 'binary' } } as const;
const type = (format: keyof typeof FILE_KINDS): string => FILE_KINDS[format].contentType.replace('; charset=utf-8', '');

/** What an export answers with, for the documentation. */
export const EXPORTED: ApiResponseOptions = {
  description: 'The transcript. json and verbose_json have the members of OpenAI’s answers of these names.',
  content: {
    [type('json')]: {
      schema: { type: 'object', properties: { text: { type: 'string' } } },
      example: { text: 'good morning everyone let us start' },
    },
    [type('text')]: { ...TEXT, example: 'good morning everyone let us start\n' },
    [type('srt')]: { ...TEXT, example: '1\n00:00:00,500 --> 00:00:03,200\ngood morning everyone\n' },
    [type('vtt')]: { ...TEXT, example: 'WEBVTT\n\n00:00:00.500 --> 00:00:03.200\ngood morning everyone\n' },
    [type('tsv')]: { ...TEXT, example: 'start\tend\ttext\tspeaker\n500\t3200\tgood morning everyone\tAda\n' },
    [type('md')]: {
      ...TEXT,
      example: '# Weekly meeting\n\n- **Length:** 00:00:41\n\n---\n\n\\[00:00:00\\]\n\ngood morning everyone\n',
    },
    [type('docx')]: FILE,
    [type('pdf')]: FILE,
  },
};
