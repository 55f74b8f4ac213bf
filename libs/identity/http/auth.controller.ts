import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '#access';
import { databaseErrors } from '#database';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { LimitedBy } from '#rate-limits/http';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import { IdentityService } from '../identity.service.js';
import { Access, CurrentActor } from './access.decorators.js';
import { LoginDto, RefreshDto, RegisterDto } from './dto/credentials.dto.js';
import { originOf } from './origin.js';
import { MeDto, SignedInDto, toMe, toSignedIn } from './dto/signed-in.dto.js';

const OPEN_ROUTE_ERRORS = [
  commonErrors.malformed_request,
  commonErrors.validation_failed,
  commonErrors.internal_error,
  databaseErrors.database_unavailable,
];

@ApiTags('auth')
@Controller({ path: 'auth', version: '1' })
export class AuthController {
  constructor(private readonly identity: IdentityService) {}

  /** Makes an account with a personal workspace and signs in. */
  @Post('register')
  @Public()
  @LimitedBy('sign-in')
  @ApiOperation({ summary: 'Create an account' })
  @ApiCreatedResponse({ type: SignedInDto, description: 'The account, signed in.' })
  @ApiProblems(identityErrors.email_taken, ...OPEN_ROUTE_ERRORS)
  async register(@Body() body: RegisterDto, @Req() request: FastifyRequest): Promise<SignedInDto> {
    return toSignedIn(await this.identity.register(body, originOf(request)));
  }

  /** Signs in with e-mail address and password. */
  @Post('login')
  @Public()
  @HttpCode(200)
  @LimitedBy('sign-in')
  @ApiOperation({ summary: 'Sign in' })
  @ApiOkResponse({ type: SignedInDto, description: 'Signed in.' })
  @ApiProblems(identityErrors.wrong_credentials, ...OPEN_ROUTE_ERRORS)
  async login(@Body() body: LoginDto, @Req() request: FastifyRequest): Promise<SignedInDto> {
    return toSignedIn(await this.identity.login(body, originOf(request)));
  }

  /** Exchanges a refresh token for a new pair of tokens. */
  @Post('refresh')
  @Public()
  @HttpCode(200)
  @LimitedBy('sign-in')
  @ApiOperation({ summary: 'Get a new access token' })
  @ApiOkResponse({ type: SignedInDto, description: 'A new pair of tokens; the old refresh token is spent.' })
  @ApiProblems(identityErrors.refresh_token_invalid, identityErrors.refresh_token_reused, ...OPEN_ROUTE_ERRORS)
  async refresh(@Body() body: RefreshDto): Promise<SignedInDto> {
    return toSignedIn(await this.identity.refresh(body.refreshToken));
  }

  /** Ends the session; its tokens are refused from the next request on. */
  @Post('logout')
  @Access('account:manage')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out' })
  @ApiNoContentResponse({ description: 'The session has ended.' })
  async logout(@CurrentActor() actor: Actor): Promise<void> {
    await this.identity.logout(actor);
  }

  /** Says who the token belongs to and which workspace the request works in. */
  @Get('me')
  @Access('profile:read')
  @ApiOperation({ summary: 'Who am I' })
  @ApiOkResponse({ type: MeDto, description: 'You, and the workspace of this request.' })
  me(@CurrentActor() actor: Actor): MeDto {
    return toMe(actor);
  }
}
