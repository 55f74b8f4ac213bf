import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '#access';
import { Config } from '#config';
import { databaseErrors } from '#database';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { identityErrors } from '#identity';
import { SignedInDto, toSignedIn } from '#identity/http';
import { LimitedBy } from '#rate-limits/http';
import { federationErrors } from '../federation.errors.js';
import { OidcSignIn } from '../oidc/oidc-sign-in.service.js';
import { BeginSignInQueryDto, ExchangeDto } from './dto/federation.dto.js';

const COOKIE_SECONDS = 600;
const PROVIDER = {
  name: 'provider',
  example: 'google',
  description: '`google`, `microsoft`, or the id of a configured provider.',
};
const COMMON_ERRORS = [commonErrors.internal_error, databaseErrors.database_unavailable];

@ApiTags('auth')
@Controller({ path: 'auth', version: '1' })
export class OidcController {
  private readonly secure: boolean;

  constructor(
    private readonly signIn: OidcSignIn,
    { http }: Config,
  ) {
    this.secure = http.publicUrl.startsWith('https:');
  }

  @Get(':provider/login')
  @Public()
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Sign in by way of another provider',
    description: 'Sends the browser to the provider. Open it in a browser: the same one must come back.',
  })
  @ApiParam(PROVIDER)
  @ApiResponse({ status: 302, description: 'On to the provider; the cookie must come back with the browser.' })
  @ApiProblems(
    federationErrors.provider_unknown,
    federationErrors.provider_unreachable,
    federationErrors.return_address_refused,
    commonErrors.validation_failed,
    ...COMMON_ERRORS,
  )
  async login(
    @Param('provider') provider: string,
    @Query() { returnTo }: BeginSignInQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const begun = await this.signIn.begin(provider, returnTo ?? null, this.browserSecret(request));
    reply.setCookie(this.cookieName, begun.browserSecret, {
      path: '/',
      httpOnly: true,
      // The provider's page leads back here: Strict would keep the cookie at home.
      sameSite: 'lax',
      secure: this.secure,
      maxAge: COOKIE_SECONDS,
    });
    await reply.header('cache-control', 'no-store').redirect(begun.location, 302);
  }

  @Get(':provider/callback')
  @Public()
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Come back from another provider',
    description:
      'Where the provider sends the browser back to. Answers with the tokens, or sends it on to the client app with a code.',
  })
  @ApiParam(PROVIDER)
  @ApiQuery({ name: 'code', required: false, description: 'Of the provider.', schema: { type: 'string' }, example: '4/0AVG7fiQ' })
  @ApiQuery({
    name: 'state',
    required: false,
    description: 'As it was sent there.',
    schema: { type: 'string' },
    example: 'af0ifjsldkj',
  })
  @ApiOkResponse({ type: SignedInDto, description: 'Signed in.' })
  @ApiResponse({ status: 302, description: 'On to the client app, with `?code=…` for POST auth/exchange.' })
  @ApiProblems(
    federationErrors.provider_unknown,
    federationErrors.sign_in_not_completed,
    federationErrors.sign_in_refused,
    identityErrors.account_disabled,
    federationErrors.address_not_vouched_for,
    federationErrors.account_not_verified,
    ...COMMON_ERRORS,
  )
  async callback(@Param('provider') provider: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [, query = ''] = request.url.split(/\?(.*)/s);
    const ended = await this.signIn.end(provider, query, this.browserSecret(request));
    void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
    await ('location' in ended ? reply.redirect(ended.location, 302) : reply.send(toSignedIn(ended.signedIn)));
  }

  @Post('exchange')
  @Public()
  @HttpCode(200)
  @LimitedBy('sign-in')
  @ApiOperation({
    summary: 'Exchange a sign-in code for tokens',
    description: 'Gives a client app the tokens of the person whose browser brought it the code.',
  })
  @ApiOkResponse({ type: SignedInDto, description: 'Signed in.' })
  @ApiProblems(
    federationErrors.sign_in_code_invalid,
    identityErrors.account_disabled,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
    ...COMMON_ERRORS,
  )
  async exchange(@Body() { code }: ExchangeDto): Promise<SignedInDto> {
    return toSignedIn(await this.signIn.exchange(code));
  }

  /** With the prefix browsers let no subdomain and no plain connection set it. */
  private get cookieName(): string {
    return this.secure ? '__Host-steno-sign-in' : 'steno-sign-in';
  }

  private browserSecret(request: FastifyRequest): string | null {
    return request.cookies[this.cookieName] ?? null;
  }
}
