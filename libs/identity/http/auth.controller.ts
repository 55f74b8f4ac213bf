import { Body, Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '#access';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { LimitedBy } from '#rate-limits/http';
import type { Actor } from '../actor.js';
import { normaliseEmail } from '../normalise-email.js';
import { identityErrors } from '../identity.errors.js';
import { RegistrationService } from '../registration.service.js';
import { SessionsService } from '../sessions.service.js';
import { SignInService } from '../sign-in.service.js';
import { Access, CurrentActor } from './access.decorators.js';
import { VerificationSentDto } from './dto/account.dto.js';
import { LoginDto, RefreshDto, RegisterDto } from './dto/credentials.dto.js';
import { MeDto, SignedInDto, toMe, toSignedIn } from './dto/signed-in.dto.js';
import { OPEN_ROUTE_ERRORS } from './open-route-errors.js';

@ApiTags('auth')
@Controller({ path: 'auth', version: '1' })
export class AuthController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly signIn: SignInService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('register')
  @Public()
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Create an account',
    description:
      'Makes an account with a personal workspace, and sends a letter to verify its address. Answers with the account signed in, or, where addresses must be verified first (EMAIL_VERIFICATION), with 202: the same for an address that has an account already.',
  })
  @ApiCreatedResponse({ type: SignedInDto, description: 'The account, signed in.' })
  @ApiAcceptedResponse({ type: VerificationSentDto, description: 'The address must be verified before the first login.' })
  @ApiProblems(identityErrors.email_taken, commonErrors.service_unavailable, ...OPEN_ROUTE_ERRORS)
  async register(
    @Body() body: RegisterDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInDto | VerificationSentDto> {
    const signedIn = await this.registration.register(body);
    if (signedIn !== null) return toSignedIn(signedIn);
    void reply.status(202);
    return { email: normaliseEmail(body.email), status: 'verification_sent' };
  }

  @Post('login')
  @Public()
  @HttpCode(200)
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Sign in',
    description:
      'Signs in with e-mail address and password. Whoever deleted the account and signs in within 30 days has it again.',
  })
  @ApiOkResponse({ type: SignedInDto, description: 'Signed in.' })
  @ApiProblems(
    identityErrors.wrong_credentials,
    identityErrors.email_not_verified,
    identityErrors.account_disabled,
    commonErrors.service_unavailable,
    ...OPEN_ROUTE_ERRORS,
  )
  async login(@Body() body: LoginDto): Promise<SignedInDto> {
    return toSignedIn(await this.signIn.login(body));
  }

  @Post('refresh')
  @Public()
  @HttpCode(200)
  @LimitedBy('sign-in')
  @ApiOperation({ summary: 'Get a new access token', description: 'Exchanges a refresh token for a new pair of tokens.' })
  @ApiOkResponse({ type: SignedInDto, description: 'A new pair of tokens; the old refresh token is spent.' })
  @ApiProblems(identityErrors.refresh_token_invalid, identityErrors.refresh_token_reused, ...OPEN_ROUTE_ERRORS)
  async refresh(@Body() body: RefreshDto): Promise<SignedInDto> {
    return toSignedIn(await this.sessions.refresh(body.refreshToken));
  }

  @Post('logout')
  @Access('account:manage')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out', description: 'Ends the session; its tokens are refused from the next request on.' })
  @ApiNoContentResponse({ description: 'The session has ended.' })
  async logout(@CurrentActor() actor: Actor): Promise<void> {
    await this.sessions.logout(actor);
  }

  @Get('me')
  @Access('profile:read')
  @ApiOperation({ summary: 'Who am I', description: 'Says who the token belongs to and which workspace the request works in.' })
  @ApiOkResponse({ type: MeDto, description: 'You, and the workspace of this request.' })
  me(@CurrentActor() actor: Actor): MeDto {
    return toMe(actor);
  }
}
