import { describe, expect, it } from '@jest/globals';
import { checkedRecipient, cleanSubject, composeContent } from './letter.js';

describe('the recipient', () => {
  it.each(['ada@example.com', 'ada+steno@mail.example.co.uk', "o'neill@example.com", 'ädä@exämple.com'])(
    'may be %s',
    (address) => {
      expect(checkedRecipient(address)).toBe(address);
    },
  );

  it.each([
    'ada@example.com\r\nBcc: all@example.com',
    'ada@example.com\nRCPT TO:<all@example.com>',
    'ada@example.com, all@example.com',
    'ada@example.com;all@example.com',
    'Ada <ada@example.com>',
    '"ada lovelace"@example.com',
    '"ada\r\nDATA\r\n"@example.com',
    'ada(comment)@example.com',
    'ada@example.com\u0000',
    'ada@example.com\u2028',
    'ada @example.com',
    'ada@@example.com',
    'group:ada@example.com',
    '@example.com',
    'ada@',
    'ada',
    '',
    `${'a'.repeat(250)}@example.com`,
  ])('may not be %j (item 56)', (address) => {
    expect(() => checkedRecipient(address)).toThrow(expect.objectContaining({ code: 'recipient_invalid' }));
  });
});

describe('the subject', () => {
  it.each([
    ['You are invited to Ödön & Söhne 🎙', 'You are invited to Ödön & Söhne 🎙'],
    ['Hello\r\nBcc: all@example.com', 'Hello Bcc: all@example.com'],
    ['Hello\r\n\r\n<script>', 'Hello <script>'],
    [' a\u0000b\tc\u2028d\u202Ee ', 'a b c d e'],
  ])('%j becomes one line (item 56)', (given, clean) => {
    expect(cleanSubject(given)).toBe(clean);
  });

  it('ends somewhere, between characters', () => {
    expect(cleanSubject('🎙'.repeat(1_000))).toBe('🎙'.repeat(250));
  });
});

describe('the content', () => {
  it('is the same in both forms', () => {
    const link = { label: 'Confirm', url: 'https://steno.example/verify?token=abc&x=1' };
    const { text, html } = composeContent({ paragraphs: ['Hello Ada,', 'confirm your address.'], link });
    expect(text).toBe('Hello Ada,\n\nconfirm your address.\n\nConfirm:\nhttps://steno.example/verify?token=abc&x=1\n');
    expect(html).toContain('<p>Hello Ada,</p>\n<p>confirm your address.</p>');
    expect(html).toContain('<a href="https://steno.example/verify?token=abc&amp;x=1">Confirm</a>');
  });

  it('shows markup and does not obey it (item 1)', () => {
    const evil = `<img src=x onerror="alert('1')">&`;
    const shown = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';
    const link = { label: evil, url: 'https://steno.example/"onclick="alert(1)' };
    const { html } = composeContent({ paragraphs: [evil], link });
    expect(html).toContain(`<p>${shown}</p>`);
    expect(html).toContain(`<a href="https://steno.example/&quot;onclick=&quot;alert(1)">${shown}</a>`);
  });

  it.each(['javascript:alert(1)', 'data:text/html,<script>', 'ftp://example.com', 'https://a.example/ b', '//example.com', ''])(
    'links to the web alone, not to %j',
    (url) => {
      expect(() => composeContent({ paragraphs: [], link: { label: 'Go', url } })).toThrow('http and https alone');
    },
  );
});
