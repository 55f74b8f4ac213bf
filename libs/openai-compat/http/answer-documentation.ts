import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { DiarizedSpeechAnswerDto, SpeechAnswerDto, VerboseSpeechAnswerDto } from './dto/answers.dto.js';

const TEXT = 'And so, my fellow Americans, ask not what your country can do for you.';
const SRT = '1\n00:00:00,300 --> 00:00:03,300\nAnd so, my fellow Americans,\n';
const VTT = 'WEBVTT\n\n00:00:00.300 --> 00:00:03.300\nAnd so, my fellow Americans,\n';
const EVENTS = [
  { type: 'transcript.text.delta', delta: 'And so, my fellow Americans,' },
  { type: 'transcript.text.done', text: TEXT },
];

/** The answers by `response_format`. @param isTranslation has no speakers and is never streamed */
export function ApiSpeechAnswer(isTranslation: boolean): MethodDecorator {
  const answers = [SpeechAnswerDto, VerboseSpeechAnswerDto, ...(isTranslation ? [] : [DiarizedSpeechAnswerDto])];
  const stream = {
    'text/event-stream': {
      schema: { type: 'string' as const },
      example: EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''),
    },
  };
  return applyDecorators(
    ApiExtraModels(...answers),
    ApiOkResponse({
      description: 'What was heard, in the format asked for. `x-steno-engine` says who heard it.',
      content: {
        'application/json': { schema: { anyOf: answers.map((answer) => ({ $ref: getSchemaPath(answer) })) } },
        'text/plain': { schema: { type: 'string' }, examples: { text: { value: `${TEXT}\n` }, srt: { value: SRT } } },
        'text/vtt': { schema: { type: 'string' }, example: VTT },
        ...(isTranslation ? {} : stream),
      },
    }),
  );
}
