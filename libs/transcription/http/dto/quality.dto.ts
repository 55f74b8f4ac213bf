import { ApiProperty } from '@nestjs/swagger';
import { FINDING_KINDS, FINDING_OUTCOMES, type QualityFinding, type TranscriptQuality } from '#database';

/** A place of a transcript that did not fit the sound. */
export class QualityFindingDto implements QualityFinding {
  @ApiProperty({ enum: FINDING_KINDS, example: 'missing_text' })
  kind!: QualityFinding['kind'];

  @ApiProperty({ example: 61.4, description: 'Seconds from the start of the recording.' })
  start!: number;

  @ApiProperty({ example: 70.2 })
  end!: number;

  @ApiProperty({ example: 'There is no text from 1:01 to 1:10, where 8 s sound like speech.' })
  detail!: string;

  @ApiProperty({
    enum: FINDING_OUTCOMES,
    example: 'mended',
    description:
      'mended: a second answer was better and stands in the transcript; confirmed: another engine heard the same; kept: neither; removed: the text was taken out.',
  })
  outcome!: QualityFinding['outcome'];

  @ApiProperty({ type: [String], example: ['openai/whisper-1'], description: 'Who was asked again: provider and model.' })
  asked!: string[];
}

/** How far a transcript can be trusted. */
export class QualityDto implements TranscriptQuality {
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0.97,
    description: 'Share of the seconds with speech that have text; null when there is no speech, or no times to tell by.',
  })
  coverage!: number | null;

  @ApiProperty({ example: 38.6, description: 'Seconds in which somebody may be speaking.' })
  speechSeconds!: number;

  @ApiProperty({ type: [QualityFindingDto] })
  findings!: QualityFindingDto[];
}
