import { createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Config } from '#config';

export const TOKEN_ISSUER = 'steno';
export const TOKEN_AUDIENCE = 'steno-api';
export const TOKEN_ALGORITHM = 'HS256';

/** What an access token says. */
export interface AccessClaims {
  /** User id. */
  sub: string;
  /** Session id. */
  sid: string;
  /** The user's personal workspace. */
  wid: string;
  /** Tells an access token from any other token signed with the same key. */
  typ: 'access';
}

/** Key of the access tokens; derived, so that AUTH_SECRET can stand behind other things too. */
export function accessTokenKey(config: Config): Buffer {
  return Buffer.from(hkdfSync('sha256', config.identity.secret, '', 'steno access token v1', 32));
}

/** Makes and takes apart tokens. */
@Injectable()
export class Tokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly config: Config,
  ) {}

  /** A signed access token and the seconds it is valid. */
  async access(claims: Omit<AccessClaims, 'typ'>): Promise<{ accessToken: string; expiresIn: number }> {
    const expiresIn = this.config.identity.accessTokenSeconds;
    const accessToken = await this.jwt.signAsync(
      { ...claims, typ: 'access' },
      {
        secret: accessTokenKey(this.config),
        algorithm: TOKEN_ALGORITHM,
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        expiresIn,
      },
    );
    return { accessToken, expiresIn };
  }

  /** A fresh refresh token of a session: names the session, so that every earlier one is recognised when it comes back. */
  refresh(sessionId: string): string {
    return `${sessionId}.${randomBytes(32).toString('base64url')}`;
  }

  /** The session a refresh token names, or null when it is no refresh token. */
  sessionOf(refreshToken: string): string | null {
    return /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[\w-]{43}$/.exec(refreshToken)?.[1] ?? null;
  }
}

/** SHA-256, hexadecimal. Enough for secrets of 256 random bits: there is nothing to guess. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares two hashes without telling by its time where they differ. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
