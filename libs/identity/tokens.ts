import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
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

const REFRESH_TOKEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,9})\.[\w-]{43}$/;

/** Key of the access tokens; derived, so that AUTH_SECRET can stand behind other things too. */
export function accessTokenKey(config: Config): Buffer {
  return derivedKey(config, 'steno access token v1');
}

function derivedKey(config: Config, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', config.identity.secret, '', purpose, 32));
}

/** Makes and takes apart tokens. */
@Injectable()
export class Tokens {
  private readonly accessKey: Buffer;
  private readonly refreshKey: Buffer;

  constructor(
    private readonly jwt: JwtService,
    private readonly config: Config,
  ) {
    this.accessKey = accessTokenKey(config);
    this.refreshKey = derivedKey(config, 'steno refresh token v1');
  }

  /** A signed access token and the seconds it is valid. */
  async access(claims: Omit<AccessClaims, 'typ'>): Promise<{ accessToken: string; expiresIn: number }> {
    const expiresIn = this.config.identity.accessTokenSeconds;
    const accessToken = await this.jwt.signAsync(
      { ...claims, typ: 'access' },
      {
        secret: this.accessKey,
        algorithm: TOKEN_ALGORITHM,
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        expiresIn,
      },
    );
    return { accessToken, expiresIn };
  }

  /**
   * The refresh token of a session's turn. It can be made again from the session's row, so that an exchange whose answer got lost can
   * be answered once more with the same token; and one that we never gave out is told from one that comes back.
   * @param seed 256 random bits of the session
   */
  refresh(sessionId: string, turn: number, seed: Buffer): string {
    const secret = createHmac('sha256', this.refreshKey).update(`${sessionId}.${turn}.`).update(seed).digest('base64url');
    return `${sessionId}.${turn}.${secret}`;
  }

  /** The session and the turn a refresh token names, or null when it is no refresh token. */
  partsOf(refreshToken: string): { sessionId: string; turn: number } | null {
    const [, sessionId, turn] = REFRESH_TOKEN.exec(refreshToken) ?? [];
    return sessionId === undefined ? null : { sessionId, turn: Number(turn) };
  }
}

/** SHA-256, hexadecimal. Enough for secrets of 256 random bits: there is nothing to guess. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares two secrets, or hashes of them, without telling by its time where they differ. */
export function sameSecret(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
