import { Body, Controller, Delete, Get, HttpCode, Patch } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { LimitedBy } from '#rate-limits/http';
import { AccountDeletion } from '../account-deletion.service.js';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import { ProfileService } from '../profile.service.js';
import { Access, CurrentActor } from './access.decorators.js';
import { ChangeProfileDto, DeleteAccountDto, ProfileDto, toProfile } from './dto/account.dto.js';
import { OPEN_ROUTE_ERRORS } from './open-route-errors.js';

@ApiTags('auth')
@Controller({ path: 'auth', version: '1' })
export class ProfileController {
  constructor(
    private readonly profile: ProfileService,
    private readonly deletion: AccountDeletion,
  ) {}

  @Get('profile')
  @Access('account:manage')
  @ApiOperation({ summary: 'Look at your account', description: 'Your account.' })
  @ApiOkResponse({ type: ProfileDto, description: 'Your account.' })
  async read(@CurrentActor() actor: Actor): Promise<ProfileDto> {
    return toProfile(await this.profile.read(actor));
  }

  @Patch('profile')
  @Access('account:manage')
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Change your account',
    description:
      'Changes your name, or asks for another e-mail address, which becomes yours when you follow the link sent there.',
  })
  @ApiOkResponse({ type: ProfileDto, description: 'Your account as it is now.' })
  @ApiProblems(identityErrors.wrong_password, identityErrors.email_taken, commonErrors.service_unavailable, ...OPEN_ROUTE_ERRORS)
  async change(@CurrentActor() actor: Actor, @Body() body: ChangeProfileDto): Promise<ProfileDto> {
    return toProfile(await this.profile.change(actor, body));
  }

  @Delete('account')
  @Access('account:manage')
  @HttpCode(204)
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Delete your account',
    description:
      'Deletes your account. Sessions, API keys and memberships end at once. Sign in within 30 days to have it back, with your personal workspace; after that both are removed for good.',
  })
  @ApiNoContentResponse({ description: 'The account is deleted.' })
  @ApiProblems(identityErrors.wrong_password, identityErrors.last_owner, commonErrors.service_unavailable, ...OPEN_ROUTE_ERRORS)
  async delete(@CurrentActor() actor: Actor, @Body() { password }: DeleteAccountDto): Promise<void> {
    await this.deletion.delete(actor, password);
  }
}
