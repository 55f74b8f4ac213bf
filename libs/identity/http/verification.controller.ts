import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '#access';
import { ApiProblems } from '#errors/http';
import { LimitedBy } from '#rate-limits/http';
import { normaliseEmail } from '../normalise-email.js';
import { identityErrors } from '../identity.errors.js';
import { RegistrationService } from '../registration.service.js';
import { LetterRequestDto, LetterRequestedDto, VerifyEmailDto } from './dto/account.dto.js';
import { OPEN_ROUTE_ERRORS } from './open-route-errors.js';

@ApiTags('auth')
@Controller({ path: 'auth', version: '1' })
export class VerificationController {
  constructor(private readonly registration: RegistrationService) {}

  @Post('verify-email')
  @Public()
  @HttpCode(204)
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Verify an e-mail address',
    description:
      'Proves an address with the token of the letter: that of a new account, or the one an account is to have from now on.',
  })
  @ApiNoContentResponse({ description: 'The address is verified.' })
  @ApiProblems(identityErrors.token_invalid, identityErrors.email_taken, ...OPEN_ROUTE_ERRORS)
  async verifyEmail(@Body() { token }: VerifyEmailDto): Promise<void> {
    await this.registration.verifyEmail(token);
  }

  @Post('resend-verification')
  @Public()
  @HttpCode(202)
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Send the verification letter again',
    description: 'Sends the letter again. The answer is the same whether or not there is an account that waits for it.',
  })
  @ApiAcceptedResponse({ type: LetterRequestedDto, description: 'If an account waits for it, a letter is on its way.' })
  @ApiProblems(...OPEN_ROUTE_ERRORS)
  async resendVerification(@Body() { email }: LetterRequestDto): Promise<LetterRequestedDto> {
    await this.registration.resendVerification(email);
    return { email: normaliseEmail(email), status: 'requested' };
  }
}
