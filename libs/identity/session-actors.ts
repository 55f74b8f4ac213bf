import { Injectable } from '@nestjs/common';
import { Database, type Reading } from '#database';
import { FieldError } from '#errors';
import type { Actor } from './actor.js';
import { ActorsRepository } from './actors.repository.js';
import { identityErrors } from './identity.errors.js';
import { Principals } from './principals.js';
import type { AccessClaims } from './tokens.js';

/** Who stands behind an access token of ours. */
@Injectable()
export class SessionActors {
  constructor(
    private readonly database: Database,
    private readonly actors: ActorsRepository,
    private readonly principals: Principals,
  ) {}

  /**
   * The person a verified token belongs to, with the role in the workspace asked for (the personal one when null).
   * @throws FieldError access_token_invalid when the session has ended, workspace_not_found when the user is no member
   */
  async of({ sid, wid }: AccessClaims, workspaceId: string | null): Promise<Actor> {
    const wanted = workspaceId ?? wid;
    return this.principals.of(`session ${sid} ${wanted}`, () => this.load(sid, wanted));
  }

  private async load(sessionId: string, workspaceId: string): Promise<Reading<Actor>> {
    const found = await this.database.asSystem((tx) => this.actors.ofSession(tx, sessionId, workspaceId));
    if (found === null) throw new FieldError(identityErrors.access_token_invalid, identityErrors.access_token_invalid.example);
    const { member, secondsLeft } = found;
    if (member === null) throw new FieldError(identityErrors.workspace_not_found, identityErrors.workspace_not_found.example);
    return {
      value: { ...member, kind: 'user', sessionId, keyId: null, scopes: null, keyLimitPerHour: null },
      subjects: [`session:${sessionId}`, `user:${member.userId}`, `workspace:${member.workspaceId}`],
      secondsLeft,
    };
  }
}
