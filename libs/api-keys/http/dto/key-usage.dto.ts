import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { validationFailed } from '#errors/http';
import type { CallsOfDay } from '../../key-usage.repository.js';

const DAY_MS = 86_400_000;
const MOST_DAYS = 366;
const DEFAULT_DAYS = 30;
const LOOKS_LIKE_DAY = /^\d{4}-\d\d-\d\d$/;

/** Which days of usage. */
export class KeyCallsQueryDto {
  @ApiPropertyOptional({
    format: 'date',
    example: '2026-09-01',
    description: `First day, in UTC; ${DEFAULT_DAYS} days to the last when left out.`,
  })
  @IsOptional()
  @Matches(LOOKS_LIKE_DAY, { message: 'from must be a day like 2026-09-01' })
  from?: string;

  @ApiPropertyOptional({ format: 'date', example: '2026-09-30', description: 'Last day, in UTC; today when left out.' })
  @IsOptional()
  @Matches(LOOKS_LIKE_DAY, { message: 'to must be a day like 2026-09-30' })
  to?: string;
}

/** The days that are meant, both included. */
export interface Days {
  from: string;
  to: string;
}

/** Calls of one day. */
export class CallsOfDayDto {
  @ApiProperty({ format: 'date', example: '2026-09-01', description: 'In UTC.' })
  day!: string;

  @ApiProperty({ example: 42 })
  calls!: number;

  @ApiProperty({ format: 'date-time', example: '2026-09-01T11:59:58.120Z', description: 'When the last of them came.' })
  lastAt!: string;
}

/** How often a key was used. */
export class KeyCallsDto {
  @ApiProperty({ format: 'date', example: '2026-09-01' })
  from!: string;

  @ApiProperty({ format: 'date', example: '2026-09-30' })
  to!: string;

  @ApiProperty({ example: 42, description: 'Calls on all these days. A few seconds behind.' })
  total!: number;

  @ApiProperty({ type: [CallsOfDayDto], description: 'Oldest first; days without calls are left out.' })
  days!: CallsOfDayDto[];
}

/**
 * The days a query asks for.
 * @throws FieldError validation_failed when a day is none, or they are in the wrong order or too many
 */
export function toDays({ from, to }: KeyCallsQueryDto): Days {
  const last = startOf('to', to ?? dayOf(Date.now()));
  const first = from === undefined ? last - (DEFAULT_DAYS - 1) * DAY_MS : startOf('from', from);
  if (first > last) throw wrong('from', 'from must not be after to', 'order');
  if (last - first >= MOST_DAYS * DAY_MS) throw wrong('from', `from and to must be at most ${MOST_DAYS} days apart`, 'too_long');
  return { from: dayOf(first), to: dayOf(last) };
}

/** The answer. */
export function toKeyUsage(days: CallsOfDay[], { from, to }: Days): KeyCallsDto {
  return {
    from,
    to,
    total: days.reduce((sum, { calls }) => sum + calls, 0),
    days: days.map(({ day, calls, lastAt }) => ({ day, calls, lastAt: lastAt.toISOString() })),
  };
}

/** Refuses a 30 February, which JavaScript would take for a day in March. */
function startOf(path: string, day: string): number {
  const start = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(start) || dayOf(start) !== day) throw wrong(path, `${path} must be a day that there is`, 'day');
  return start;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function wrong(path: string, message: string, code: string) {
  return validationFailed([{ path, message, code }]);
}
