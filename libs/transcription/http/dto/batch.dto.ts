import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import type { Transcription } from '#database';
import { FieldError } from '#errors';
import { ProblemDto, problemOf } from '#errors/http';
import { toTranscription, TranscriptionDto } from './transcription.dto.js';
import { OrderTranscriptionDto } from './transcription-options.dto.js';

const MOST_ORDERS = 100;
const ORDERED = 202;

/** What POST transcriptions/batch takes. */
export class OrderBatchDto {
  @ApiProperty({
    type: [OrderTranscriptionDto],
    minItems: 1,
    maxItems: MOST_ORDERS,
    example: [{ audioId: '019aa3a1-2b3c-7d4e-8f50-617283940a1b', language: 'en' }],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_ORDERS)
  @ValidateNested({ each: true })
  @Type(() => OrderTranscriptionDto)
  items!: OrderTranscriptionDto[];
}

/** What became of one order of a batch. */
export class BatchResultDto {
  @ApiProperty({ example: ORDERED, description: 'As the answer to this order alone would have: 202, or that of the problem.' })
  status!: number;

  @ApiProperty({ type: TranscriptionDto, nullable: true, description: 'Null when it could not be ordered.' })
  transcription!: TranscriptionDto | null;

  @ApiProperty({ type: ProblemDto, nullable: true, example: null, description: 'Why it could not be ordered.' })
  problem!: ProblemDto | null;
}

/** The answer of POST transcriptions/batch. */
export class BatchDto {
  @ApiProperty({ type: [BatchResultDto], description: 'One for each order, in their order.' })
  results!: BatchResultDto[];
}

/** @param url, requestId of the request, for the problems */
export function toBatch(results: readonly (Transcription | FieldError)[], url: string, requestId: string): BatchDto {
  return { results: results.map((result) => toBatchResult(result, url, requestId)) };
}

function toBatchResult(result: Transcription | FieldError, url: string, requestId: string): BatchResultDto {
  if (!(result instanceof FieldError)) return { status: ORDERED, transcription: toTranscription(result), problem: null };
  const problem = problemOf(result, url, requestId);
  return { status: problem.status, transcription: null, problem };
}
