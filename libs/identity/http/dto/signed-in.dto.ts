import { ApiProperty } from '@nestjs/swagger';
import { type Role, ROLES } from '#database';
import type { Actor } from '../../actor.js';
import type { SignedIn } from '../../sessions.service.js';

/** A person. */
export class UserDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a' })
  id!: string;

  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  name!: string;
}

/** A workspace, as its member sees it. */
export class WorkspaceSummaryDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a0-6f00-7e21-9b66-1a2b3c4d5e6f' })
  id!: string;

  @ApiProperty({ example: "Ada Lovelace's workspace" })
  name!: string;

  @ApiProperty({ enum: ROLES, example: 'owner', description: 'Your role in it.' })
  role!: Role;
}

/** Answer of register, login and refresh. */
export class SignedInDto {
  @ApiProperty({ type: UserDto })
  user!: UserDto;

  @ApiProperty({ type: WorkspaceSummaryDto, description: 'Your personal workspace.' })
  workspace!: WorkspaceSummaryDto;

  @ApiProperty({
    description: 'Send it as Authorization: Bearer …',
    example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIwMTlhYTNhMCJ9.c2lnbmF0dXJl',
  })
  accessToken!: string;

  @ApiProperty({
    description: 'Good for one POST auth/refresh.',
    example: '019aa3a0-7c1e-7b52-9d4f-0a1b2c3d4e5f.0.3q2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY',
  })
  refreshToken!: string;

  @ApiProperty({ description: 'Seconds the access token is valid.', example: 900 })
  expiresIn!: number;
}

/** Answer of auth/me. */
export class MeDto {
  @ApiProperty({ type: UserDto })
  user!: UserDto;

  @ApiProperty({ type: WorkspaceSummaryDto, description: 'The workspace this request works in.' })
  workspace!: WorkspaceSummaryDto;
}

export function toSignedIn({ account, accessToken, refreshToken, expiresIn }: SignedIn): SignedInDto {
  return {
    user: { id: account.userId, email: account.email, name: account.name },
    workspace: { id: account.workspaceId, name: account.workspaceName, role: 'owner' },
    accessToken,
    refreshToken,
    expiresIn,
  };
}

export function toMe(actor: Actor): MeDto {
  return {
    user: { id: actor.userId, email: actor.email, name: actor.name },
    workspace: { id: actor.workspaceId, name: actor.workspaceName, role: actor.role },
  };
}
