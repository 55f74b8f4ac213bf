import { Injectable } from '@nestjs/common';
import type { Actor } from '../actor.js';
import { Credentials } from '../credentials.js';
import { SessionActors } from '../session-actors.js';
import type { AccessClaims } from '../tokens.js';
import { type ActorRequest, wantedWorkspace } from './wanted-workspace.js';

/** Who makes a request, by the token it carries. */
@Injectable()
export class RequestActors {
  constructor(
    private readonly credentials: Credentials,
    private readonly sessions: SessionActors,
  ) {}

  /**
   * @param claims of an access token of ours, verified; asked for when the token is of no other kind
   * @throws FieldError when the token is not good, or not in the workspace asked for
   */
  async of(request: ActorRequest, claims: () => AccessClaims | Promise<AccessClaims>): Promise<Actor> {
    const token = bearerToken(request);
    const reader = token === undefined ? undefined : this.credentials.readerOf(token);
    return token !== undefined && reader !== undefined
      ? reader.actorOf(token, wantedWorkspace(request))
      : this.sessions.of(await claims(), wantedWorkspace(request));
  }
}

function bearerToken({ headers }: ActorRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}
