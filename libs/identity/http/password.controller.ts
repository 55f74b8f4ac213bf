import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '#access';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { LimitedBy } from '#rate-limits/http';
import type { Actor } from '../actor.js';
import { normaliseEmail } from '../normalise-email.js';
import { identityErrors } from '../identity.errors.js';
import { PasswordRecovery } from '../password-recovery.service.js';
import { ProfileService } from '../profile.service.js';
import { Access, CurrentActor } from './access.decorators.js';
import { ChangePasswordDto, LetterRequestDto, LetterRequestedDto, ResetPasswordDto } from './dto/account.dto.js';
import { OPEN_ROUTE_ERRORS } from './open-route-errors.js';

@ApiTags('auth')
@Controller({ path: 'auth', version: '1' })
export class PasswordController {
  constructor(
    private readonly recovery: PasswordRecovery,
    private readonly profile: ProfileService,
  ) {}

  @Post('forgot-password')
  @Public()
  @HttpCode(202)
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Ask for a new password',
    description:
      'Sends a letter with which a new password can be chosen. The answer is the same whether or not there is an account.',
  })
  @ApiAcceptedResponse({ type: LetterRequestedDto, description: 'If there is an account, a letter is on its way.' })
  @ApiProblems(...OPEN_ROUTE_ERRORS)
  async forgotPassword(@Body() { email }: LetterRequestDto): Promise<LetterRequestedDto> {
    await this.recovery.forgot(email);
    return { email: normaliseEmail(email), status: 'requested' };
  }

  @Post('reset-password')
  @Public()
  @HttpCode(204)
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Set a new password by letter',
    description: 'Sets a new password with the token of the letter, and signs out everywhere.',
  })
  @ApiNoContentResponse({ description: 'The new password is in force; all sessions have ended.' })
  @ApiProblems(identityErrors.token_invalid, commonErrors.service_unavailable, ...OPEN_ROUTE_ERRORS)
  async resetPassword(@Body() { token, password }: ResetPasswordDto): Promise<void> {
    await this.recovery.reset(token, password);
  }

  @Post('change-password')
  @Access('account:manage')
  @HttpCode(204)
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Change your password',
    description: 'Sets a new password. All other devices are signed out, unless told otherwise.',
  })
  @ApiNoContentResponse({ description: 'The new password is in force.' })
  @ApiProblems(identityErrors.wrong_password, commonErrors.service_unavailable, ...OPEN_ROUTE_ERRORS)
  async changePassword(@CurrentActor() actor: Actor, @Body() body: ChangePasswordDto): Promise<void> {
    await this.profile.changePassword(actor, { ...body, endOtherSessions: body.endOtherSessions ?? true });
  }
}
