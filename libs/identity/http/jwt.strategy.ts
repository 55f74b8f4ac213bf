import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Config } from '#config';
import { FieldError } from '#errors';
import type { Actor } from '../actor.js';
import { identityErrors } from '../identity.errors.js';
import { SessionActors } from '../session-actors.js';
import { type ActorRequest, wantedWorkspace } from './wanted-workspace.js';
import { type AccessClaims, accessTokenKey, TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../tokens.js';

/** Passport's JWT strategy: signature, algorithm, issuer, audience and expiry; then the session and the workspace behind it. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    config: Config,
    private readonly sessions: SessionActors,
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
  async validate(request: ActorRequest, claims: AccessClaims): Promise<Actor> {
    if (claims.typ !== 'access')
      throw new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
    return this.sessions.of(claims, wantedWorkspace(request));
  }
}
