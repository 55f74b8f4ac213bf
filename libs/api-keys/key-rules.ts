import { Injectable } from '@nestjs/common';
import type { Plan, Role } from '#database';
import { FieldError } from '#errors';
import { type Actor, outranks, type Scope } from '#identity';
import { Policies } from '#rate-limits';
import { apiKeysErrors } from './api-keys.errors.js';

const HOUR_SECONDS = 3_600;

/** The least role of somebody who may give a scope away. A key may never do more than its maker in any case. */
const ROLE_OF_SCOPE: Record<Scope, Role> = { read: 'viewer', write: 'member', admin: 'admin' };

/** What a key may be made for, by whom. */
@Injectable()
export class KeyRules {
  constructor(private readonly policies: Policies) {}

  /** @throws FieldError api_key_scope_above_role */
  refuseScopesAbove({ role }: Actor, scopes: readonly Scope[]): void {
    const above = scopes.find((scope) => !outranks(role, ROLE_OF_SCOPE[scope]));
    if (above === undefined) return;
    throw new FieldError(
      apiKeysErrors.api_key_scope_above_role,
      `The scope ${above} is above your role ${role}: a key may do no more than whoever made it. Leave it out.`,
    );
  }

  /** @throws FieldError api_key_limit_above_plan */
  refuseLimitAbove({ plan }: Actor, limitPerHour: number): void {
    const most = this.mostPerHour(plan);
    if (limitPerHour <= most) return;
    throw new FieldError(
      apiKeysErrors.api_key_limit_above_plan,
      `The plan ${plan} allows a key ${most} requests an hour. Ask for no more, or leave limitPerHour out.`,
      { members: { limit: most } },
    );
  }

  /** Infinity where the operator turned the plan's limit off. */
  private mostPerHour(plan: Plan): number {
    const policy = this.policies.find(`key-${plan}`);
    return policy === undefined ? Infinity : Math.floor((policy.limit * HOUR_SECONDS) / policy.windowSeconds);
  }
}
