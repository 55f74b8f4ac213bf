import { describe, expect, it } from '@jest/globals';
import { type ProviderState, type Signs, stateOf } from './provider-state.js';

/** The newest call first, `ok` for an answered one. */
function state(calls: string, signs: Partial<Signs> = {}): ProviderState {
  const kinds = calls === '' ? [] : calls.split(' ');
  const recent = kinds.map((kind) => ({ errorKind: kind === 'ok' ? null : kind }));
  return stateOf({ hasKey: true, isKeyRejected: false, circuit: 'closed', calls: recent, ...signs });
}

describe('stateOf', () => {
  it.each<[string, ProviderState]>([
    ['', 'unknown'],
    ['ok', 'ok'],
    ['ok ok ok ok ok unavailable', 'ok'],
    ['unavailable ok ok ok', 'degraded'],
    ['unavailable unavailable unavailable unavailable', 'degraded'],
    ['unavailable rate_limited unavailable unknown unavailable ok ok', 'failing'],
    ['ok unavailable unavailable unavailable unavailable unavailable', 'degraded'],
    ['auth ok ok ok', 'failing'],
    ['quota_exhausted', 'failing'],
    ['ok auth ok ok ok ok', 'ok'],
    ['invalid_audio too_large blocked invalid_audio blocked', 'ok'],
    ['cancelled cancelled cancelled cancelled cancelled', 'unknown'],
    ['cancelled auth', 'failing'],
  ])('after %j is %s', (calls, expected) => {
    expect(state(calls)).toBe(expected);
  });

  it('does not need calls to know of a missing or a refused key', () => {
    expect(state('ok', { hasKey: false })).toBe('unconfigured');
    expect(state('ok', { isKeyRejected: true })).toBe('failing');
  });

  it('believes whoever holds calls back', () => {
    expect(state('ok', { circuit: 'open' })).toBe('failing');
    expect(state('ok', { circuit: 'half_open' })).toBe('degraded');
    expect(state('ok', { circuit: 'closed' })).toBe('ok');
  });
});
