import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsIn, IsString, MaxLength } from 'class-validator';
import type { Invitation } from '#database';
import { PageDto } from '#paging/http';
import { INVITED_ROLES } from '../../invitations.service.js';

/** An invitation that was neither accepted nor revoked. */
export class InvitationDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a4-11aa-7c2d-9e3f-405162738495' })
  id!: string;

  @ApiProperty({ example: 'grace@example.com' })
  email!: string;

  @ApiProperty({ enum: INVITED_ROLES, example: 'member' })
  role!: (typeof INVITED_ROLES)[number];

  @ApiProperty({ format: 'uuid', example: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a', description: 'Who sent it.' })
  invitedBy!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-28T09:00:00.000Z' })
  expiresAt!: string;
}

/** A page of invitations. */
export class InvitationPageDto extends PageDto {
  @ApiProperty({ type: [InvitationDto] })
  data!: InvitationDto[];
}

/** What POST workspaces/:id/invitations takes. */
export class InviteDto {
  @ApiProperty({ example: 'grace@example.com', maxLength: 254 })
  @IsEmail({}, { message: 'email must be an e-mail address' })
  @MaxLength(254)
  email!: string;

  @ApiProperty({
    enum: INVITED_ROLES,
    example: 'member',
    description: 'Owners are made by PATCH workspaces/{id}/members/{userId}.',
  })
  @IsIn(INVITED_ROLES)
  role!: (typeof INVITED_ROLES)[number];
}

/** What POST invitations/accept takes. */
export class AcceptInvitationDto {
  @ApiProperty({ description: 'From the letter.', example: 'kq2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY', maxLength: 200 })
  @IsString()
  @MaxLength(200)
  token!: string;
}

export function toInvitation({ id, email, role, invitedBy, createdAt, expiresAt }: Invitation): InvitationDto {
  return { id, email, role, invitedBy, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}
