import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Observable } from 'rxjs';
import type { ActorRequest } from '#identity/http';
import { CallQuotas } from '../call-quotas.js';

const ALSO_WHEN_SPENT = 'steno:also-when-spent';

/** The route answers also when the workspace's calls are used up: so that it can be seen that they are. */
export function AlsoWhenSpent(): MethodDecorator & ClassDecorator {
  return SetMetadata(ALSO_WHEN_SPENT, true);
}

/** Refuses requests of workspaces whose calls are used up, once it is known who asks. */
@Injectable()
export class CallQuotaInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly calls: CallQuotas,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { user } = context.switchToHttp().getRequest<ActorRequest>();
    const exempt = this.reflector.getAllAndOverride<boolean | undefined>(ALSO_WHEN_SPENT, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (user !== undefined && exempt !== true) await this.calls.take(user.workspaceId);
    return next.handle();
  }
}
