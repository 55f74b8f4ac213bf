import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { isUUID } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Config } from '#config';
import { FieldError } from '#errors';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import { IdentityService } from '../identity.service.js';
import { type AccessClaims, accessTokenKey, TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../tokens.js';

/** Passport's JWT strategy: signature, algorithm, issuer, audience and expiry; then the session and the workspace behind it. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    config: Config,
    private readonly identity: IdentityService,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: accessTokenKey(config),
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      passReqToCallback: true,
    });
  }

  /** Called with the claims of a token whose signature is good. */
  async validate(request: FastifyRequest, claims: AccessClaims): Promise<Actor> {
    if (claims.typ !== 'access')
      throw new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
    const wanted = request.headers['x-workspace-id'];
    if (wanted !== undefined && !isUUID(wanted))
      throw new FieldError(identityErrors.workspace_not_found, identityErrors.workspace_not_found.example);
    return this.identity.actorOf(claims, typeof wanted === 'string' ? wanted : null);
  }
}
