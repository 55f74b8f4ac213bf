import { describe, expect, it } from '@jest/globals';
import { keep } from './keep.ts';

const SYMBOL = Symbol('of a framework');

describe('keep', () => {
  it('puts back what was changed, added and removed', () => {
    const object: Record<PropertyKey, unknown> = { changed: 1, removed: 2 };
    const putBack = keep(object);
    object['changed'] = 3;
    delete object['removed'];
    object['added'] = 4;
    object[SYMBOL] = 5;
    putBack();
    expect(object).toEqual({ changed: 1, removed: 2 });
    expect(Reflect.ownKeys(object)).toHaveLength(2);
  });

  it('puts back an accessor that was replaced by its value', () => {
    const object = Object.defineProperty({}, 'lazy', { configurable: true, get: () => 'got' });
    const putBack = keep(object);
    Object.defineProperty(object, 'lazy', { configurable: true, value: 'replaced' });
    putBack();
    expect(Reflect.get(object, 'lazy')).toBe('got');
  });

  it('leaves what cannot be changed', () => {
    const object = {};
    const putBack = keep(object);
    Object.defineProperty(object, 'fixed', { value: 1 });
    expect(putBack).not.toThrow();
    expect(Reflect.get(object, 'fixed')).toBe(1);
  });
});
