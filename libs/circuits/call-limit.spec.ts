import { beforeEach, describe, expect, it } from '@jest/globals';
import { CallLimit } from './call-limit.js';

let clock: number;
let limit: CallLimit;
beforeEach(() => {
  clock = 0;
  limit = new CallLimit({ start: 8, most: 10 }, () => clock);
});

function begin(calls: number): void {
  for (let call = 0; call < calls; call += 1) limit.begin();
}

/** A round of calls that fill every place and are answered. */
function answeredRound(): void {
  const { places } = limit;
  begin(places);
  for (let call = 0; call < places; call += 1) {
    limit.end('answered');
    limit.begin();
  }
  for (let call = 0; call < places; call += 1) limit.end('untold');
}

describe('how many calls may run at once', () => {
  it('is full when every place is taken', () => {
    begin(7);
    expect(limit.isFull).toBe(false);
    begin(1);
    expect(limit.isFull).toBe(true);
    limit.end('untold');
    expect(limit.isFull).toBe(false);
  });

  it('grows by about one in a round that is answered with every place taken, up to the most', () => {
    answeredRound();
    answeredRound();
    expect(limit.places).toBe(9);
    for (let round = 0; round < 10; round += 1) answeredRound();
    expect(limit.places).toBe(10);
  });

  it('does not grow while places are free', () => {
    begin(4);
    for (let call = 0; call < 100; call += 1) {
      limit.end('answered');
      limit.begin();
    }
    expect(limit.places).toBe(8);
  });

  it('is halved once by a burst of refusals, and again when the fewer calls are refused too', () => {
    begin(8);
    for (let call = 0; call < 8; call += 1) limit.end('overloaded');
    expect(limit.places).toBe(4);
    begin(4);
    limit.end('overloaded');
    expect(limit.places).toBe(2);
  });

  it('never falls below one, and grows again from there', () => {
    for (let call = 0; call < 5; call += 1) {
      limit.begin();
      limit.end('overloaded');
    }
    expect(limit.places).toBe(1);
    limit.begin();
    limit.end('answered');
    expect(limit.places).toBe(2);
  });

  it('promises each asker a later place, as quickly as places become free', () => {
    begin(8);
    // An answer every two seconds, for a while.
    for (let call = 0; call < 40; call += 1) {
      clock += 2_000;
      limit.end('untold');
      limit.begin();
    }
    expect([limit.secondsToPlace(), limit.secondsToPlace(), limit.secondsToPlace()]).toEqual([2, 4, 6]);
    clock += 4_000;
    expect(limit.secondsToPlace()).toBe(4);
    for (let asker = 0; asker < 100; asker += 1) limit.secondsToPlace();
    expect(limit.secondsToPlace()).toBe(60);
  });
});
