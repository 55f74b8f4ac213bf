import { describe, expect, it } from '@jest/globals';
import type { KeptEvent } from './deliveries.repository.js';
import { EVENT_CATALOGUE, EVENT_TYPES, examplePayload } from './event-catalogue.js';
import { messageOf } from './messages.js';

const EVENT: KeptEvent = {
  id: '019aa3a6-1b2c-7d3e-8f40-516273849506',
  type: 'transcription.failed',
  sequence: '7',
  facts: { transcriptionId: 't1', audioId: null, errorCode: '<!channel> & @everyone **boo** [x](y)' },
  createdAt: new Date('2026-03-02T09:15:00Z'),
};
const SENDING = { deliveryId: 'd1', secrets: ['whsec_AAAA'], sentAt: new Date('2026-03-02T09:16:00Z') };

function bodyFor(kind: 'standard' | 'slack' | 'discord' | 'rest_hook'): Record<string, unknown> {
  return JSON.parse(messageOf(EVENT, { ...SENDING, kind }).body) as Record<string, unknown>;
}

describe('a message', () => {
  it.each(['standard', 'rest_hook'] as const)('to a program (%s) is the event, signed', (kind) => {
    expect(bodyFor(kind)).toEqual({
      id: EVENT.id,
      type: 'transcription.failed',
      timestamp: '2026-03-02T09:15:00.000Z',
      data: { ...EVENT.facts, sequence: 7 },
    });
    expect(messageOf(EVENT, { ...SENDING, kind }).headers).toEqual({
      'content-type': 'application/json',
      'webhook-id': EVENT.id,
      'webhook-timestamp': '1772442960',
      'webhook-signature': expect.stringMatching(/^v1,[\w+/]{43}=$/),
      'x-steno-event': 'transcription.failed',
      'x-steno-delivery-id': 'd1',
      'x-steno-signature': expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    });
  });

  it('to Slack is a text that calls nobody', () => {
    expect(bodyFor('slack')).toEqual({
      text: '*A transcription failed*\nTranscription id: t1\nError code: &lt;!channel&gt; &amp; @\u200beveryone **boo** [x](y)',
    });
  });

  it('to Discord is a text that calls nobody', () => {
    expect(bodyFor('discord')).toEqual({
      content:
        '**A transcription failed**\nTranscription id: t1\nError code: \\<!channel\\> & @\u200beveryone \\*\\*boo\\*\\* \\[x\\]\\(y\\)',
      allowed_mentions: { parse: [] },
    });
  });

  it('to a chat bears no signature: there is nobody to check it', () => {
    for (const kind of ['slack', 'discord'] as const)
      expect(messageOf(EVENT, { ...SENDING, kind }).headers).toEqual({ 'content-type': 'application/json' });
  });
});

describe('the catalogue', () => {
  it.each(EVENT_TYPES)('%s is small and has a name that receivers may rely on (W10)', (type) => {
    expect(type).toMatch(/^[a-z]+\.[a-z]+$/);
    expect(JSON.stringify(examplePayload(type)).length).toBeLessThan(1_000);
    expect(EVENT_CATALOGUE[type].description).toMatch(/\.$/);
    expect(Object.keys(examplePayload(type).data)).toEqual([...Object.keys(EVENT_CATALOGUE[type].facts), 'sequence']);
  });
});
