import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ObjectLinks } from './object-links.js';

const SECRET = 'a secret of thirty-two characters';
const links = new ObjectLinks('https://steno.example', SECRET);

function tokenOf(url: string): string {
  return url.slice('https://steno.example/objects/'.length);
}

describe('ObjectLinks', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-11-01T12:00:00Z') });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('reads what it wrote, from its own address', () => {
    const url = links.url('w/1/a.wav', {
      expiresSeconds: 60,
      fileName: 'Größe.wav',
      contentType: 'audio/wav',
      disposition: 'inline',
    });
    expect(url).toMatch(/^https:\/\/steno\.example\/objects\/[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
    expect(links.read(tokenOf(url))).toEqual({
      key: 'w/1/a.wav',
      expiresAt: Date.parse('2026-11-01T12:01:00Z') / 1000,
      fileName: 'Größe.wav',
      contentType: 'audio/wav',
      disposition: 'inline',
    });
  });

  it('refuses a link after its end, not before', () => {
    const token = tokenOf(links.url('a', { expiresSeconds: 60 }));
    jest.setSystemTime(new Date('2026-11-01T12:00:59Z'));
    expect(links.read(token).key).toBe('a');
    jest.setSystemTime(new Date('2026-11-01T12:01:00Z'));
    expect(() => links.read(token)).toThrow(expect.objectContaining({ code: 'link_expired', kind: 'gone' }));
  });

  it('refuses what it did not sign', () => {
    const token = tokenOf(links.url('w/1', { expiresSeconds: 60 }));
    const [content = '', signature = ''] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ key: 'w/2', expiresAt: 9e9 })).toString('base64url');
    const bySecretItself = createHmac('sha256', SECRET).update(forged).digest('base64url');
    const ofAnother = tokenOf(new ObjectLinks('https://steno.example', `${SECRET}!`).url('w/1', { expiresSeconds: 60 }));
    const tokens = [
      '',
      '.',
      content,
      `${content}.`,
      `${forged}.${signature}`,
      `${forged}.${bySecretItself}`,
      ofAnother,
      `${token}.x`,
      `${token}AAAA`,
    ];
    for (const refused of tokens) expect(() => links.read(refused)).toThrow(expect.objectContaining({ code: 'link_invalid' }));
  });

  it('stays within the longest parameter of the router', () => {
    const key = `${'k'.repeat(200)}/${'k'.repeat(200)}/${'k'.repeat(110)}`;
    const url = links.url(key, {
      expiresSeconds: 60,
      fileName: '😀'.repeat(400),
      contentType: 'audio/mpeg',
      disposition: 'attachment',
    });
    expect(tokenOf(url).length).toBeLessThanOrEqual(2_048);
    expect(links.read(tokenOf(url)).fileName).toBe('😀'.repeat(200));
  });

  it('signs no odd key and no longer life than seven days', () => {
    expect(() => links.url('../a', { expiresSeconds: 60 })).toThrow(expect.objectContaining({ code: 'invalid_object_key' }));
    for (const expiresSeconds of [0, -1, 1.5, NaN, 604_801]) expect(() => links.url('a', { expiresSeconds })).toThrow(RangeError);
  });
});
