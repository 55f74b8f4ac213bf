import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsISO8601, IsOptional, Matches } from 'class-validator';
import { validationFailed } from '#errors/http';
import type { UsageOfDay } from '../../key-usage.repository.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 366;

function IsDay(name: string): PropertyDecorator {
  return (target, property) => {
    Matches(DAY, { message: `${name} must be a day such as 2026-03-02` })(target, property);
    IsISO8601({ strict: true }, { message: `${name} must be a day of the calendar` })(target, property);
  };
}

export class KeyUsageQueryDto {
  @ApiPropertyOptional({
    format: 'date',
    example: '2026-03-01',
    description: 'First day, UTC. Left out: 30 days up to the last.',
  })
  @IsOptional()
  @IsDay('from')
  from?: string;

  @ApiPropertyOptional({ format: 'date', example: '2026-03-31', description: 'Last day, UTC. Left out: today.' })
  @IsOptional()
  @IsDay('to')
  to?: string;
}

/** Sums of calls. */
class KeyUsageSumsDto {
  @ApiProperty({ example: 42, description: 'Calls, the failed ones included.' })
  calls!: number;

  @ApiProperty({ example: 1 })
  failed!: number;

  @ApiProperty({ example: 12_345.6, description: 'Seconds of sound in the calls that were answered.' })
  audioSeconds!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 1_234_560,
    description: "Millionths of a US dollar by the price table; the provider's bill is the truth. null where no price is known.",
  })
  costMicroDollars!: number | null;
}

export class KeyUsageOfDayDto extends KeyUsageSumsDto {
  @ApiProperty({ format: 'date', example: '2026-03-02' })
  day!: string;

  @ApiProperty({ example: 'openai' })
  provider!: string;

  @ApiProperty({ example: 'whisper-1' })
  model!: string;
}

export class KeyUsageDto {
  @ApiProperty({ format: 'date', example: '2026-03-01' })
  from!: string;

  @ApiProperty({ format: 'date', example: '2026-03-31' })
  to!: string;

  @ApiProperty({ type: KeyUsageSumsDto })
  total!: KeyUsageSumsDto;

  @ApiProperty({
    type: [KeyUsageOfDayDto],
    description: 'By day and model, the latest day first; days without calls are left out.',
  })
  days!: KeyUsageOfDayDto[];
}

/** The days a query asks for. */
export function toSpan({ from, to }: KeyUsageQueryDto, now = new Date()): { from: string; to: string } {
  const last = to ?? dayOf(now.getTime());
  const first = from ?? dayOf(Date.parse(last) - (DEFAULT_DAYS - 1) * DAY_MS);
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  if (days < 1 || days > MOST_DAYS) {
    const message = `from must be a day before to, ${MOST_DAYS} days apart at most`;
    throw validationFailed([{ path: 'from', message, code: 'span' }]);
  }
  return { from: first, to: last };
}

export function toKeyUsage(days: UsageOfDay[], span: { from: string; to: string }): KeyUsageDto {
  const known = days.map(({ costMicroDollars }) => costMicroDollars).filter((cost) => cost !== null);
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
  return {
    ...span,
    total: {
      calls: sum(days.map(({ calls }) => calls)),
      failed: sum(days.map(({ failed }) => failed)),
      audioSeconds: sum(days.map(({ audioSeconds }) => audioSeconds)),
      costMicroDollars: known.length === 0 ? null : sum(known),
    },
    days,
  };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
