import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { WebhookError } from './errors.ts';
import { unwrapWebhook } from './webhook.ts';

const SECRET = `whsec_${Buffer.from('a secret of some length, as it should be').toString('base64')}`;
const OTHER = `whsec_${Buffer.from('another secret, which takes over from it').toString('base64')}`;
const EVENT = { id: 'evt_1', type: 'transcription.completed', timestamp: '2026-11-22T09:00:00.000Z', data: { id: 'ä' } };
const BODY = JSON.stringify(EVENT);

/** Headers as a sender by the standard makes them. */
function signed(body: string, { secrets = [SECRET], at = new Date() } = {}): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign('msg_1', at, body));
  return {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}

const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

describe('unwrapWebhook', () => {
  it('reads what is signed by the standard', async () => {
    expect(await unwrapWebhook(BODY, signed(BODY), SECRET)).toEqual(EVENT);
  });

  it('takes bytes, and headers in every form that servers have', async () => {
    const headers = signed(BODY);
    expect(await unwrapWebhook(Buffer.from(BODY), new Headers(headers), SECRET)).toEqual(EVENT);
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
    expect(await unwrapWebhook(BODY, lists, SECRET)).toEqual(EVENT);
  });

  it('takes either secret while one takes over from the other', async () => {
    expect(await unwrapWebhook(BODY, signed(BODY, { secrets: [OTHER] }), [SECRET, OTHER])).toEqual(EVENT);
    expect(await unwrapWebhook(BODY, signed(BODY, { secrets: [OTHER, SECRET] }), SECRET)).toEqual(EVENT);
  });

  it.each([
    ['another secret', BODY, signed(BODY), OTHER],
    ['another body', BODY.replace('completed', 'failed'), signed(BODY), SECRET],
    ['another id', BODY, { ...signed(BODY), 'webhook-id': 'msg_2' }, SECRET],
    ['another time', BODY, { ...signed(BODY), 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 1) }, SECRET],
    ['a time that is past', BODY, signed(BODY, { at: minutes(-6) }), SECRET],
    ['a time to come', BODY, signed(BODY, { at: minutes(6) }), SECRET],
    ['no signature', BODY, { ...signed(BODY), 'webhook-signature': '' }, SECRET],
    [
      'a signature of no known version',
      BODY,
      { ...signed(BODY), 'webhook-signature': signed(BODY)['webhook-signature']?.replace('v1', 'v9') },
      SECRET,
    ],
    ['a signature that is none', BODY, { ...signed(BODY), 'webhook-signature': 'v1,%%%' }, SECRET],
    ['no headers', BODY, {}, SECRET],
    ['a secret that is none', BODY, signed(BODY), 'whsec_'],
    ['no secret', BODY, signed(BODY), []],
    ['a body that is not JSON', 'hello', signed('hello'), SECRET],
  ])('refuses %s', async (_, body, headers, secrets) => {
    await expect(unwrapWebhook(body, headers, secrets)).rejects.toBeInstanceOf(WebhookError);
  });
});
