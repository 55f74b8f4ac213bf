import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { newSecret, plainSignatures, standardSignatures } from './signing.js';

function now(): number {
  return Math.floor(Date.now() / 1_000);
}

function headersOf(secrets: string[], body: string, timestamp = now()): Record<string, string> {
  const id = '019aa3a6-1b2c-7d3e-8f40-516273849506';
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standardSignatures(secrets, { id, timestamp, body }),
  };
}

describe('the signature', () => {
  it('is the one of the published example', () => {
    const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
    const signature = standardSignatures(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], signed);
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is accepted by the libraries of others, whatever the body (W1)', () => {
    const secret = newSecret();
    for (let round = 0; round < 1_000; round += 1) {
      const body = JSON.stringify({ text: randomBytes(round % 64).toString('latin1'), '🎙': round });
      const headers = headersOf([secret], body);
      expect(new StandardWebhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      expect(new SvixWebhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    }
  });

  it('is refused when it is old, of another secret or another body (W7)', () => {
    const secret = newSecret();
    const judge = new StandardWebhook(secret);
    expect(() => judge.verify('{}', headersOf([secret], '{}', now() - 310))).toThrow('too old');
    expect(() => judge.verify('{}', headersOf([newSecret()], '{}'))).toThrow('No matching signature');
    expect(() => judge.verify('{"a":1}', headersOf([secret], '{}'))).toThrow('No matching signature');
  });

  it('of two secrets is accepted by whoever has either (W8)', () => {
    const secrets = [newSecret(), newSecret()];
    const headers = headersOf(secrets, '{}');
    for (const secret of secrets) {
      expect(new StandardWebhook(secret).verify('{}', headers)).toEqual({});
      expect(new SvixWebhook(secret).verify('{}', headers)).toEqual({});
    }
  });

  it('is there in a plain form, too', () => {
    const [one, other] = ['whsec_one', 'whsec_other'].map((secret) => createHmac('sha256', secret).update('{}').digest('hex'));
    expect(plainSignatures(['whsec_one'], '{}')).toBe(`sha256=${one}`);
    expect(plainSignatures(['whsec_one', 'whsec_other'], '{}')).toBe(`sha256=${one},sha256=${other}`);
  });
});

describe('a secret', () => {
  it('has 32 bytes and is never the same', () => {
    const secrets = new Set(Array.from({ length: 100 }, newSecret));
    expect(secrets.size).toBe(100);
    for (const secret of secrets) expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
  });
});
