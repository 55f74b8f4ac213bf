import { ApiProperty } from '@nestjs/swagger';
import { PageDto } from '#paging/http';
import type { OwnSession } from '../../sessions.service.js';

/** A device you are signed in on. */
export class SessionDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a0-7c1e-7b52-9d4f-0a1b2c3d4e5f' })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Mozilla/5.0 (X11; Linux x86_64)',
    description: 'The User-Agent at the sign-in.',
  })
  device!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7', description: 'From where the sign-in came.' })
  address!: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T11:45:00.000Z', description: 'When its tokens were last renewed.' })
  lastUsedAt!: string;

  @ApiProperty({ example: true, description: 'Whether it is the session of this request.' })
  current!: boolean;
}

/** One page of sessions. */
export class SessionPageDto extends PageDto {
  @ApiProperty({ type: [SessionDto] })
  data!: SessionDto[];
}

export function toSession({ id, device, address, createdAt, lastUsedAt, current }: OwnSession): SessionDto {
  return { id, device, address, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt.toISOString(), current };
}
