import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import { type Plan, PLANS, type Role, ROLES } from '#database';
import type { WorkspaceOfUser } from '#identity';
import { PageDto, PageQueryDto } from '#paging/http';

const KINDS = ['personal', 'team'] as const;

/** A workspace, as one of its members sees it. */
export class WorkspaceDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a0-6f00-7e21-9b66-1a2b3c4d5e6f' })
  id!: string;

  @ApiProperty({ example: 'Analytical engines' })
  name!: string;

  @ApiProperty({
    enum: KINDS,
    example: 'team',
    description: 'A personal one comes with the account and stays with its one owner.',
  })
  kind!: (typeof KINDS)[number];

  @ApiProperty({ enum: PLANS, example: 'free', description: 'Decides its limits.' })
  plan!: Plan;

  @ApiProperty({ enum: ROLES, example: 'owner', description: 'Your role in it.' })
  role!: Role;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  updatedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Set in GET workspaces?deleted=true alone.',
  })
  deletedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Until when a deleted one can be restored; then it goes with all it holds.',
  })
  restorableUntil!: string | null;
}

/** A page of workspaces. */
export class WorkspacePageDto extends PageDto {
  @ApiProperty({ type: [WorkspaceDto] })
  data!: WorkspaceDto[];
}

/** The query of the list of workspaces. */
export class WorkspaceListQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    example: false,
    description: 'true: the deleted ones that you own and can still restore, in place of those you belong to.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  deleted?: boolean;
}

/** What POST and PATCH workspaces take. */
export class WorkspaceNameDto {
  @ApiProperty({ example: 'Analytical engines', minLength: 1, maxLength: 100 })
  @IsString()
  @Length(1, 100)
  @Matches(/\S/, { message: 'name must not be blank' })
  name!: string;
}

/** What POST workspaces/:id/transfer-ownership takes. */
export class TransferOwnershipDto {
  @ApiProperty({
    format: 'uuid',
    example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a',
    description: 'A member, who becomes the owner.',
  })
  @IsUUID()
  userId!: string;
}

export function toWorkspace(workspace: WorkspaceOfUser): WorkspaceDto {
  const { id, name, kind, plan, role, createdAt, updatedAt, deletedAt, purgeAt } = workspace;
  return {
    id,
    name,
    kind,
    plan,
    role,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    deletedAt: deletedAt?.toISOString() ?? null,
    restorableUntil: purgeAt?.toISOString() ?? null,
  };
}
