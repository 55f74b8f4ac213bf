import type { RateLimitSetting } from '#config';

/** Whom a limit counts. An identifier is what somebody typed in to be let in: an e-mail address. */
export type Scope = 'address' | 'user' | 'key' | 'identifier' | 'identifier+address';

interface Limit {
  readonly scope: Scope;
  readonly limit: number;
  readonly windowSeconds: number;
  /** Begins the refusal: who sent too many of what. */
  readonly sentence: string;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** The one table of limits. RATE_LIMITS changes numbers, never whom a limit counts. */
const LIMITS = {
  /** Every request but probes, whoever sends it. */
  address: { scope: 'address', limit: 6_000, windowSeconds: MINUTE, sentence: 'Too many requests from this address' },
  /** Requests without good credentials. */
  anonymous: { scope: 'address', limit: 100, windowSeconds: 15 * MINUTE, sentence: 'Too many requests without credentials' },
  /** Routes that take a password, a code or a token: each try may cost a hash. */
  'sign-in': { scope: 'address', limit: 20, windowSeconds: MINUTE, sentence: 'Too many sign-in requests from this address' },
  /** Tries at one account from one address. Elsewhere its owner gets in, so a stranger locks nobody out. */
  login: {
    scope: 'identifier+address',
    limit: 10,
    windowSeconds: 15 * MINUTE,
    sentence: 'Too many failed logins to this account from this address',
  },
  /** Failed logins to any accounts: one password tried on many. */
  'login-address': {
    scope: 'address',
    limit: 50,
    windowSeconds: 15 * MINUTE,
    sentence: 'Too many failed logins from this address',
  },
  mail: {
    scope: 'identifier+address',
    limit: 3,
    windowSeconds: HOUR,
    sentence: 'Too many mails asked for to this recipient from this address',
  },
  /**
   * Whoever asks: nobody's inbox is flooded through us. The window is as long as a link for a new password is good, so that whoever
   * spends it for somebody else leaves them a good link.
   */
  'mail-recipient': {
    scope: 'identifier',
    limit: 3,
    windowSeconds: 30 * MINUTE,
    sentence: 'Too many mails asked for to this recipient',
  },
  /** In whatever workspaces: a person makes as many of those as they like. */
  invitation: { scope: 'user', limit: 100, windowSeconds: DAY, sentence: 'Too many invitations by this user' },
  /** Apart from `mail-recipient`: whoever invites somebody again and again keeps them from no letter they asked for. */
  'invitation-recipient': {
    scope: 'identifier',
    limit: 10,
    windowSeconds: DAY,
    sentence: 'Too many invitations of this recipient',
  },
  /** Requests with credentials that are no good. */
  rejected: { scope: 'address', limit: 60, windowSeconds: MINUTE, sentence: 'Too many wrong credentials from this address' },
  /** Each asks a provider from our address whether a key is good: no service for whoever found some. */
  'provider-key-check': {
    scope: 'address',
    limit: 30,
    windowSeconds: HOUR,
    sentence: 'Too many provider keys to check from this address',
  },
  user: { scope: 'user', limit: 1_000, windowSeconds: MINUTE, sentence: 'Too many requests of this user' },
  'key-free': { scope: 'key', limit: 100, windowSeconds: HOUR, sentence: 'Too many requests of this key on the plan free' },
  'key-pro': { scope: 'key', limit: 1_000, windowSeconds: HOUR, sentence: 'Too many requests of this key on the plan pro' },
  'key-enterprise': {
    scope: 'key',
    limit: 10_000,
    windowSeconds: HOUR,
    sentence: 'Too many requests of this key on the plan enterprise',
  },
  'key-custom': { scope: 'key', limit: 10_000, windowSeconds: HOUR, sentence: 'Too many requests of this key on its plan' },
  /** What a key was given as its own limit an hour; this is the most that counts. */
  key: {
    scope: 'key',
    limit: 10_000,
    windowSeconds: HOUR,
    sentence: 'Too many requests of this key, which has a limit of its own',
  },
} as const satisfies Record<string, Limit>;

export type PolicyName = keyof typeof LIMITS;

/** The policies that count one kind of subject. */
export type PolicyOf<S extends Scope> = { [P in PolicyName]: (typeof LIMITS)[P]['scope'] extends S ? P : never }[PolicyName];

/** What a service must know to count under a policy. Addresses and identifiers are given as they came. */
export type SubjectOf<P extends PolicyName> = {
  address: { address: string };
  user: { userId: string };
  key: { keyId: string };
  identifier: { identifier: string };
  'identifier+address': { identifier: string; address: string };
}[(typeof LIMITS)[P]['scope']];

/** One row of the table, as configured. */
export interface Policy extends Limit {
  readonly name: PolicyName;
}

const NAMES = Object.keys(LIMITS) as PolicyName[];

function isPolicyName(name: string): name is PolicyName {
  return Object.hasOwn(LIMITS, name);
}

/** The table of limits as this installation runs it. */
export class Policies {
  private readonly inForce = new Map<PolicyName, Policy>(NAMES.map((name) => [name, { name, ...LIMITS[name] }]));

  /**
   * @param settings from RATE_LIMITS, applied one after the other
   * @throws Error naming the setting that is wrong
   */
  constructor(settings: readonly RateLimitSetting[] = []) {
    for (const setting of settings) this.apply(setting);
  }

  /** The policy; undefined when it was turned off. */
  find(name: PolicyName): Policy | undefined {
    return this.inForce.get(name);
  }

  /** All that are in force. */
  all(): Policy[] {
    return [...this.inForce.values()];
  }

  private apply(setting: RateLimitSetting): void {
    const { policy: name, rate } = setting;
    if (name === null) return this.inForce.clear();
    if (!isPolicyName(name)) throw new Error(`RATE_LIMITS names ${name}, which is no limit. There are: ${NAMES.join(', ')}.`);
    if (rate === null) return void this.inForce.delete(name);
    if (name === 'key' && rate.windowSeconds !== HOUR)
      throw new Error(`RATE_LIMITS: key counts by the hour. Write key=${rate.limit}/${HOUR} or key=off.`);
    this.inForce.set(name, { name, ...LIMITS[name], ...rate });
  }
}
