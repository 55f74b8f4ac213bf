import { describe, expect, it } from '@jest/globals';
import { bucket, describeLimitStorage } from './limit-storage.contract.js';
import type { Bucket } from './limit-storage.js';
import { MemoryStorage } from './memory-storage.js';

class Clock {
  now = 1_000_000;
  readonly read = (): number => this.now;
}

describeLimitStorage('MemoryStorage', () => {
  const clock = new Clock();
  const storage = new MemoryStorage(clock.read);
  const pass = (milliseconds: number): Promise<void> => Promise.resolve(void (clock.now += milliseconds));
  return Promise.resolve({ storage, pass, close: () => undefined });
});

describe('MemoryStorage, full', () => {
  const stranger = (name: string, limit = 10): Bucket => ({
    key: `address:${name}`,
    policy: 'address',
    limit,
    windowMs: 60_000,
    known: false,
  });

  async function flooded(addresses: number): Promise<{ storage: MemoryStorage; clock: Clock; granted: number }> {
    const clock = new Clock();
    const storage = new MemoryStorage(clock.read);
    let granted = 0;
    for (let address = 0; address < addresses; address += 1) {
      if ((await storage.take([stranger(String(address))], [])).granted) granted += 1;
    }
    return { storage, clock, granted };
  }

  it('stays bounded under a million addresses, and lets those without room share one limit (item 12)', async () => {
    const { storage, granted } = await flooded(1_000_000);
    expect(storage.size).toBeLessThanOrEqual(80_000);
    expect(storage.size).toBeGreaterThan(79_000);
    expect(granted).toBe(storage.size + 10);
    expect((await storage.take([stranger('one more')], [])).granted).toBe(false);
  });

  it('has room for users and keys whatever strangers do', async () => {
    const { storage } = await flooded(100_000);
    const user = bucket(2, 60_000);
    expect((await storage.take([user], [])).granted).toBe(true);
    expect(await storage.look(user)).toMatchObject({ hits: 1 });
  });

  it('grants nobody the limit twice: not who was there before, and not who shared', async () => {
    const { storage, clock } = await flooded(79_000);
    const early = stranger('early', 2);
    await storage.take([early], []);
    for (let address = 0; address < 2_000; address += 1) await storage.take([stranger(`late-${address}`, 1_000_000)], []);
    expect(await storage.take([early], [])).toMatchObject({ granted: true, states: [{ hits: 2 }] });
    expect((await storage.take([early], [])).granted).toBe(false);

    // The flood's windows end before the shared one: whoever shares it goes on sharing it.
    clock.now += 30_000;
    const { hits } = await storage.look(stranger('late and shared'));
    expect(hits).toBeGreaterThan(900);
    clock.now += 30_001;
    expect(await storage.look(stranger('late and shared'))).toEqual({ hits: 0, leftMs: 60_000 });
  });

  it('makes room when windows have ended', async () => {
    const { storage, clock } = await flooded(100_000);
    clock.now += 60_001;
    expect((await storage.take([stranger('tomorrow')], [])).granted).toBe(true);
    expect(storage.size).toBe(1);
  });
});
