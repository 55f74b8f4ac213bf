import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UNLIMITED } from '#access';
import type { PolicyName, PolicyOf } from '../policies.js';
import { type Hit, RateLimits, refusal } from '../rate-limits.js';
import { LIMITED_BY } from './limited-by.decorator.js';
import { rateLimitHeaders } from './rate-limit-headers.js';

/** What the limits want to know of whoever makes a request. A session has no key. */
export interface LimitedActor {
  userId: string;
  workspaceId: string;
  plan?: string;
  keyId?: string | null;
  keyLimitPerHour?: number | null;
}

/** Policies that a route, or its guard, adds to those of every request. */
export type RoutePolicy = PolicyOf<'address'>;

/** The limits of every request: by its address, and by its credentials or the want of them. */
@Injectable()
export class RequestLimits extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    private readonly limits: RateLimits,
  ) {
    super(options, storage, reflector);
  }

  /** As a guard of its own, behind one that has put the actor into `request.user`. */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const policies = this.policiesOf(context);
    if (policies === null) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { user?: LimitedActor }>();
    await this.take(request, http.getResponse<FastifyReply>(), request.user ?? null, policies);
    return true;
  }

  /** The policies that a route adds with `@LimitedBy`; null when it is `@Unlimited`. */
  policiesOf(context: ExecutionContext): RoutePolicy[] | null {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(UNLIMITED, places) === true) return null;
    return this.reflector.getAllAndOverride<RoutePolicy[] | undefined>(LIMITED_BY, places) ?? [];
  }

  /**
   * Counts the request, and the call of whoever makes it, in one round trip; says in the answer's headers what is left.
   * @param actor null when the request has no good credentials
   * @throws FieldError too_many_requests when one of the limits is spent; then nothing is counted
   */
  async take(
    request: FastifyRequest,
    reply: FastifyReply,
    actor: LimitedActor | null,
    routePolicies: readonly RoutePolicy[] = [],
  ): Promise<void> {
    const subject = { address: request.ip };
    const hits: Hit[] = [
      { policy: 'address', subject },
      ...(actor === null ? [{ policy: 'anonymous', subject } as const] : hitsOf(actor)),
      ...routePolicies.map((policy) => ({ policy, subject })),
    ];
    const { granted, standings } = await this.limits.take(hits, actor === null ? [] : countersOf(actor));
    void reply.headers(rateLimitHeaders(standings));
    if (!granted) throw refusal(standings);
  }
}

const POLICY_OF_PLAN: Readonly<Record<string, PolicyName & PolicyOf<'key'>>> = {
  free: 'key-free',
  pro: 'key-pro',
  enterprise: 'key-enterprise',
  custom: 'key-custom',
};

function hitsOf({ userId, keyId, plan, keyLimitPerHour }: LimitedActor): Hit[] {
  if (typeof keyId !== 'string') return [{ policy: 'user', subject: { userId } }];
  const ofPlan: Hit = { policy: POLICY_OF_PLAN[plan ?? 'free'] ?? 'key-free', subject: { keyId } };
  if (typeof keyLimitPerHour !== 'number') return [ofPlan];
  return [ofPlan, { policy: 'key', subject: { keyId }, ownLimit: keyLimitPerHour }];
}

/** Calls are counted by day, in UTC. */
function countersOf({ keyId, workspaceId }: LimitedActor): string[] {
  const day = new Date().toISOString().slice(0, 10);
  const ofWorkspace = `workspace:${workspaceId}:${day}`;
  return typeof keyId === 'string' ? [`key:${keyId}:${day}`, ofWorkspace] : [ofWorkspace];
}
