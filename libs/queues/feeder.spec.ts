import { describe, expect, it } from '@jest/globals';
import { roomIn } from './feeder.js';

describe('the room in the queue', () => {
  it.each([
    ['while no worker is known, is small', { slots: null, underWay: 0, finished: 0 }, 20],
    ['with idle slots, is all of them and half as many again', { slots: 4, underWay: 0, finished: 0 }, 6],
    ['with all slots taken, lets few wait', { slots: 4, underWay: 4, finished: 2 }, 2],
    ['with all slots taken and some waiting, is none', { slots: 4, underWay: 6, finished: 2 }, 0],
    ['after a worker has gone, is none rather than less', { slots: 4, underWay: 12, finished: 0 }, 0],
    ['with jobs of a millisecond, is what 50 ms take', { slots: 4, underWay: 4, finished: 400 }, 40],
    ['is never more than a batch ahead', { slots: 4, underWay: 4, finished: 100_000 }, 100],
  ])('%s', (_, lane, room) => {
    expect(roomIn(lane)).toBe(room);
  });
});
