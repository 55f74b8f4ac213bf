import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Config } from '#config';
import { FieldError } from '#errors';
import { identityErrors } from '../identity.errors.js';
import { type AccessClaims, accessTokenKey, TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../tokens.js';

/**
 * Passport's JWT strategy: signature, algorithm, issuer, audience, expiry and kind. Who stands behind the claims is the guard's
 * question: Passport knows one strategy a process, and must not answer for another app in it.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(config: Config) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // Its types know text and buffers, of which jsonwebtoken makes a key anew for every token: a quarter of a request's time.
      secretOrKey: createSecretKey(accessTokenKey(config)) as never,
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
    });
  }

  /** Called with the claims of a token whose signature is good. */
  validate(claims: AccessClaims): AccessClaims {
    if (claims.typ === 'access') return claims;
    throw new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
  }
}
