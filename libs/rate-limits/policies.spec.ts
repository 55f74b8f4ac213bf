import { describe, expect, it } from '@jest/globals';
import { testConfig } from '#testing/config';
import { Policies } from './policies.js';

/** The policies of RATE_LIMITS. */
function policies(rateLimits?: string): Policies {
  return new Policies(testConfig({ RATE_LIMITS: rateLimits }).rateLimits);
}

describe('Policies', () => {
  it('are the table when nothing is set', () => {
    const table = policies()
      .all()
      .map(({ name, scope, limit, windowSeconds }) => `${name} ${scope} ${limit}/${windowSeconds}`);
    expect(table).toEqual([
      'address address 6000/60',
      'anonymous address 100/900',
      'sign-in address 20/60',
      'login identifier+address 10/900',
      'login-address address 50/900',
      'mail identifier+address 3/3600',
      'mail-recipient identifier 3/1800',
      'invitation user 100/86400',
      'invitation-recipient identifier 10/86400',
      'rejected address 60/60',
      'provider-key-check address 30/3600',
      'user user 1000/60',
      'key-free key 100/3600',
      'key-pro key 1000/3600',
      'key-enterprise key 10000/3600',
      'key-custom key 10000/3600',
      'key key 10000/3600',
    ]);
  });

  it('take other numbers, and keep whom they count', () => {
    const changed = policies('user=5/10, anonymous=off');
    expect(changed.find('user')).toMatchObject({ scope: 'user', limit: 5, windowSeconds: 10 });
    expect(changed.find('anonymous')).toBeUndefined();
    expect(changed.find('address')?.limit).toBe(6_000);
  });

  it('can all be off but those named after', () => {
    expect(policies('off').all()).toEqual([]);
    expect(policies('off,login=2/60').all()).toMatchObject([{ name: 'login', limit: 2 }]);
  });

  it.each(['user=0/60', 'user=5', 'user=5/0', 'user=5/2600000', 'user', 'User=5/60', 'user=5/60/60', '=5/60', 'user=-5/60'])(
    'stop the start over %s, with a sentence',
    (entry) => {
      expect(() => policies(entry)).toThrow('RATE_LIMITS must be a list of name=requests/seconds');
    },
  );

  it('stop the start over a name that is none, and over a key limit that is not by the hour', () => {
    expect(() => policies('visitor=5/60')).toThrow('RATE_LIMITS names visitor, which is no limit. There are: address,');
    expect(() => policies('constructor=5/60')).toThrow('RATE_LIMITS names constructor');
    expect(() => policies('key=5/60')).toThrow('Write key=5/3600 or key=off.');
  });
});
