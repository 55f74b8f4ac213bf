import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { type Role, ROLES } from '#database';
import type { MemberOfWorkspace } from '#identity';
import { PageDto } from '#paging/http';

/** Somebody who belongs to a workspace. */
export class MemberDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a' })
  userId!: string;

  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  name!: string;

  @ApiProperty({ enum: ROLES, example: 'member' })
  role!: Role;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  joinedAt!: string;
}

/** A page of members. */
export class MemberPageDto extends PageDto {
  @ApiProperty({ type: [MemberDto] })
  data!: MemberDto[];
}

/** What PATCH workspaces/:id/members/:userId takes. */
export class ChangeRoleDto {
  @ApiProperty({ enum: ROLES, example: 'member' })
  @IsIn(ROLES)
  role!: Role;
}

export function toMember({ id, email, name, role, joinedAt }: MemberOfWorkspace): MemberDto {
  return { userId: id, email, name, role, joinedAt: joinedAt.toISOString() };
}
