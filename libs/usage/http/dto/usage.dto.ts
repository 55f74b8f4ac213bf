import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayUnique, IsArray, IsIn, IsISO8601, IsOptional, Matches } from 'class-validator';
import { validationFailed } from '#errors/http';
import { USAGE_FORMATS, type UsageFormat } from '../../usage-export.js';
import {
  type GroupedUsage,
  USAGE_GROUPS,
  type UsageGroup,
  type UsageSpan,
  type UsageSums,
} from '../../usage-records.repository.js';
import type { MonthlyReport, UsageOfSpan } from '../../usage-reports.service.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^20\d{2}-(0[1-9]|1[0-2])$/;
const DAY_MS = 86_400_000;
const MOST_DAYS = 366;

function IsDay(name: string): PropertyDecorator {
  return (target, property) => {
    Matches(DAY, { message: `${name} must be a day such as 2026-03-02` })(target, property);
    IsISO8601({ strict: true }, { message: `${name} must be a day of the calendar` })(target, property);
  };
}

/** Which days. */
export class UsageSpanQueryDto {
  @ApiPropertyOptional({
    format: 'date',
    example: '2026-03-01',
    description: "First day, in the workspace's time zone. Left out: the first of the month of the last day.",
  })
  @IsOptional()
  @IsDay('from')
  from?: string;

  @ApiPropertyOptional({ format: 'date', example: '2026-03-31', description: 'Last day. Left out: today.' })
  @IsOptional()
  @IsDay('to')
  to?: string;
}

/** Which days, and what is told apart. */
export class UsageQueryDto extends UsageSpanQueryDto {
  @ApiPropertyOptional({
    type: [String],
    enum: USAGE_GROUPS,
    example: ['day', 'provider'],
    description: 'What sums are told apart by, comma-separated. Left out: nothing, the sum alone.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsArray()
  @ArrayUnique()
  @IsIn(USAGE_GROUPS, { each: true })
  groupBy?: UsageGroup[];
}

/** Which days, and as what file. */
export class UsageExportQueryDto extends UsageSpanQueryDto {
  @ApiPropertyOptional({ enum: USAGE_FORMATS, default: 'json', example: 'csv' })
  @IsOptional()
  @IsIn(USAGE_FORMATS)
  format?: UsageFormat;
}

/** What calls to providers come to. */
export class UsageSumsDto {
  @ApiProperty({ example: 42, description: 'Calls to providers, the failed ones included.' })
  calls!: number;

  @ApiProperty({ example: 1 })
  failed!: number;

  @ApiProperty({ example: 12_345.6, description: 'Seconds of sound in the calls that were answered.' })
  audioSeconds!: number;

  @ApiProperty({ example: 0, description: 'Tokens that language models read.' })
  inputTokens!: number;

  @ApiProperty({ example: 0, description: 'Tokens that they wrote.' })
  outputTokens!: number;

  @ApiProperty({
    example: 1_234_560,
    description:
      "Millionths of a US dollar by the price table, of the calls whose price is known; the provider's bill is the truth.",
  })
  costMicroDollars!: number;

  @ApiProperty({ example: 0, description: 'Calls whose cost nobody knows; they are not in costMicroDollars.' })
  unknownCostCalls!: number;
}

/** Sums of one group; of what groups are told apart by, each has its value. */
export class UsageGroupDto extends UsageSumsDto {
  @ApiPropertyOptional({ format: 'date', example: '2026-03-02' })
  day?: string;

  @ApiPropertyOptional({ example: '2026-03' })
  month?: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a',
    description: 'Who ordered it; also once they are gone.',
  })
  userId?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: null, description: 'With which key; null: in person.' })
  apiKeyId?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: null,
    description: "The workspace's own key at the provider; null: the server's.",
  })
  providerKeyId?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '0b6a5b43-7a54-5b0c-9d0e-6f5a1b2c3d4e',
    description: "The server's key at the provider, by an id that stays the same and says nothing of it; null: none of them.",
  })
  installationKeyId?: string | null;

  @ApiPropertyOptional({ example: 'openai' })
  provider?: string;

  @ApiPropertyOptional({ example: 'whisper-1' })
  model?: string;
}

/** The answer of GET usage. */
export class UsageDto {
  @ApiProperty({ format: 'date', example: '2026-03-01' })
  from!: string;

  @ApiProperty({ format: 'date', example: '2026-03-31' })
  to!: string;

  @ApiProperty({ type: UsageSumsDto })
  total!: UsageSumsDto;

  @ApiProperty({ type: [UsageGroupDto], description: 'In the order of what they are told apart by; none without groupBy.' })
  groups!: UsageGroupDto[];
}

/** The answer of GET usage/reports/:month. */
export class MonthlyReportDto {
  @ApiProperty({ example: '2026-03' })
  month!: string;

  @ApiProperty({ type: UsageSumsDto })
  total!: UsageSumsDto;

  @ApiProperty({ type: [UsageGroupDto] })
  byDay!: UsageGroupDto[];

  @ApiProperty({ type: [UsageGroupDto] })
  byUser!: UsageGroupDto[];

  @ApiProperty({ type: [UsageGroupDto] })
  byApiKey!: UsageGroupDto[];

  @ApiProperty({ type: [UsageGroupDto], description: 'By provider, model and key of the provider.' })
  byModel!: UsageGroupDto[];
}

/** A row of the file of GET usage/export. */
export class UsageRowDto extends UsageSumsDto {
  @ApiProperty({ type: String, format: 'date', nullable: true, example: '2026-03-02' })
  day!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a' })
  userId!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  apiKeyId!: string | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  providerKeyId!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '0b6a5b43-7a54-5b0c-9d0e-6f5a1b2c3d4e' })
  installationKeyId!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'openai' })
  provider!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'whisper-1' })
  model!: string | null;
}

/** The days a query asks for. */
export function toSpan({ from, to }: UsageSpanQueryDto): Partial<UsageSpan> {
  if (from !== undefined && to !== undefined) {
    const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
    if (days < 1 || days > MOST_DAYS) throw wrongField('from', `from must be a day before to, ${MOST_DAYS} days apart at most`);
  }
  if (from !== undefined && to === undefined && Date.now() - Date.parse(from) > MOST_DAYS * DAY_MS)
    throw wrongField('from', `from must be at most ${MOST_DAYS} days ago when to is left out`);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** The month of a path. */
export function toMonth(month: string): string {
  if (!MONTH.test(month)) throw wrongField('month', 'month must be a month such as 2026-03');
  return month;
}

export function toUsage({ from, to, total, groups }: UsageOfSpan): UsageDto {
  return { from, to, total: toSums(total), groups: groups.map(toGroup) };
}

export function toMonthlyReport({ month, total, byDay, byUser, byApiKey, byModel }: MonthlyReport): MonthlyReportDto {
  return {
    month,
    total: toSums(total),
    byDay: byDay.map(toGroup),
    byUser: byUser.map(toGroup),
    byApiKey: byApiKey.map(toGroup),
    byModel: byModel.map(toGroup),
  };
}

function toGroup({
  day,
  month,
  user,
  apiKey,
  providerKey,
  installationKey,
  provider,
  model,
  ...sums
}: GroupedUsage): UsageGroupDto {
  return {
    ...(typeof day === 'string' ? { day } : {}),
    ...(typeof month === 'string' ? { month } : {}),
    ...(user === undefined ? {} : { userId: user }),
    ...(apiKey === undefined ? {} : { apiKeyId: apiKey }),
    ...(providerKey === undefined ? {} : { providerKeyId: providerKey }),
    ...(installationKey === undefined ? {} : { installationKeyId: installationKey }),
    ...(typeof provider === 'string' ? { provider } : {}),
    ...(typeof model === 'string' ? { model } : {}),
    ...toSums(sums),
  };
}

function toSums({ milliseconds, unknownCost, ...sums }: UsageSums): UsageSumsDto {
  return { ...sums, audioSeconds: milliseconds / 1_000, unknownCostCalls: unknownCost };
}

function wrongField(path: string, message: string): Error {
  return validationFailed([{ path, message, code: path === 'from' ? 'span' : 'month' }]);
}
