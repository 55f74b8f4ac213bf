import { ApiProperty } from '@nestjs/swagger';
import { type Plan, PLANS, QUOTA_RESOURCES, type QuotaResource } from '#database';
import { shown, UNITS } from '../../quota-amounts.js';
import type { Standing } from '../../quota-periods.repository.js';

const QUOTA_UNITS = ['bytes', 'seconds', 'calls', 'tokens'] as const;

/** Where one quota stands. */
export class QuotaDto {
  @ApiProperty({
    enum: QUOTA_RESOURCES,
    example: 'transcription',
    description:
      'storage: recordings held. processing: sound decoded. transcription: sound that providers transcribed. calls: of the API. tokens: of language models.',
  })
  resource!: QuotaResource;

  @ApiProperty({ enum: QUOTA_UNITS, example: 'seconds' })
  unit!: (typeof QUOTA_UNITS)[number];

  @ApiProperty({ type: Number, nullable: true, example: 1_800, description: 'null: as much as you like.' })
  limit!: number | null;

  @ApiProperty({ example: 1_205.48 })
  used!: number;

  @ApiProperty({ example: 120, description: 'Set aside for work under way.' })
  reserved!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 474.52,
    description: 'What new work may take; null: as much as you like.',
  })
  left!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-12-01T00:00:00.000Z',
    description: "The end of the month in the workspace's time zone. null: storage is what is held at any time.",
  })
  resetAt!: string | null;
}

/** The answer of GET usage/quotas. */
export class QuotasDto {
  @ApiProperty({ enum: PLANS, example: 'free' })
  plan!: Plan;

  @ApiProperty({ type: [QuotaDto] })
  quotas!: QuotaDto[];
}

export function toQuotas(plan: Plan, standings: readonly Standing[]): QuotasDto {
  return { plan, quotas: standings.map(toQuota) };
}

function toQuota({ resource, used, reserved, limit, resetAt }: Standing): QuotaDto {
  return {
    resource,
    unit: UNITS[resource].unit,
    limit: limit === null ? null : shown(resource, limit),
    used: shown(resource, used),
    reserved: shown(resource, reserved),
    left: limit === null ? null : shown(resource, Math.max(0, limit - used - reserved)),
    resetAt: resetAt?.toISOString() ?? null,
  };
}
