import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createRemoteJWKSet, decodeJwt, errors as joseErrors, type JWTPayload, jwtVerify } from 'jose';
import { Config } from '#config';
import { Database, type Reading } from '#database';
import { FieldError } from '#errors';
import { type Actor, ActorsRepository, type CredentialReader, Credentials, identityErrors, Principals } from '#identity';
import { federationErrors } from '../federation.errors.js';
import { IdentitiesRepository } from '../identities.repository.js';

/** Clocks of ours and Clerk's may differ by so much; as in Clerk's own libraries. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** How long an actor is remembered; every request checks its own token besides. */
const REMEMBERED_SECONDS = 300;

/** Accepts the session tokens of Clerk: signed by a key of its JWKS, for one of the parties the operator named. */
@Injectable()
export class ClerkTokens implements CredentialReader, OnModuleInit {
  private readonly clerk: Config['federation']['clerk'];
  private readonly keys?: ReturnType<typeof createRemoteJWKSet>;

  constructor(
    { federation }: Config,
    private readonly credentials: Credentials,
    private readonly database: Database,
    private readonly identities: IdentitiesRepository,
    private readonly actors: ActorsRepository,
    private readonly principals: Principals,
  ) {
    this.clerk = federation.clerk;
    // https://clerk.com/docs/backend-requests/handling/manual-jwt. Unknown key ids are looked for at most every 30 s.
    if (this.clerk !== undefined) this.keys = createRemoteJWKSet(new URL(`${this.clerk.issuer}/.well-known/jwks.json`));
  }

  onModuleInit(): void {
    if (this.clerk !== undefined) this.credentials.register(this);
  }

  /** By the issuer it names; whether that is true is found out later. */
  recognises(token: string): boolean {
    try {
      return token.split('.').length === 3 && decodeJwt(token).iss === this.clerk?.issuer;
    } catch (error) {
      if (error instanceof joseErrors.JWTInvalid) return false;
      throw error;
    }
  }

  async actorOf(token: string, workspaceId: string | null): Promise<Actor> {
    const { sub } = await this.verify(token);
    if (sub === undefined) throw tokenInvalid();
    return this.principals.of(`clerk ${sub} ${workspaceId}`, () => this.load(sub, workspaceId));
  }

  private async verify(token: string): Promise<JWTPayload> {
    const { clerk, keys } = this;
    if (clerk === undefined || keys === undefined) throw tokenInvalid();
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer: clerk.issuer,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'nbf', 'iat', 'sub', 'sid', 'azp'],
      });
      if (!clerk.authorizedParties.includes(String(payload['azp']))) throw tokenInvalid();
      return payload;
    } catch (error) {
      if (error instanceof FieldError) throw error;
      if (error instanceof joseErrors.JOSEError && !isAway(error)) throw tokenInvalid();
      throw new FieldError(federationErrors.provider_unreachable, 'Clerk does not answer right now. Try again in 10 seconds.', {
        cause: error,
        retryAfterSeconds: 10,
      });
    }
  }

  private async load(subject: string, workspaceId: string | null): Promise<Reading<Actor>> {
    const issuer = this.clerk?.issuer ?? '';
    const { known, member } = await this.database.asSystem(async (tx) => {
      const userId = (await this.identities.find(tx, issuer, subject))?.userId ?? null;
      return { known: userId, member: userId === null ? null : await this.actors.ofUser(tx, userId, workspaceId) };
    });
    if (known === null) throw new FieldError(federationErrors.clerk_user_unknown, federationErrors.clerk_user_unknown.example);
    // Somebody who is kept out has no workspace at all, not even a personal one.
    if (member === null && workspaceId === null) throw tokenInvalid();
    if (member === null) throw new FieldError(identityErrors.workspace_not_found, identityErrors.workspace_not_found.example);
    return {
      value: { ...member, kind: 'user', sessionId: null, keyId: null, scopes: null, keyLimitPerHour: null },
      subjects: [`user:${member.userId}`, `workspace:${member.workspaceId}`],
      secondsLeft: REMEMBERED_SECONDS,
    };
  }
}

function isAway(error: joseErrors.JOSEError): boolean {
  return error instanceof joseErrors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC';
}

function tokenInvalid(): FieldError {
  return new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
}
