import { describe, expect, it } from '@jest/globals';
import { smtpFailure } from './smtp-failure.js';
import { smtpOptions } from './smtp-post.js';

function optionsOf(url: string, allowPlaintext = false) {
  return smtpOptions({ url: new URL(url), allowPlaintext });
}

describe('smtpOptions', () => {
  it.each([
    ['smtp://mail.example.org', { port: 587, secure: false, requireTLS: true, ignoreTLS: false }],
    ['smtp://192.0.2.7:25', { port: 25, secure: false, requireTLS: true, ignoreTLS: false }],
    ['smtp://localhost.example.org', { requireTLS: true, ignoreTLS: false }],
    ['smtp://127.0.0.1.example.org', { requireTLS: true, ignoreTLS: false }],
    ['smtps://mail.example.org', { port: 465, secure: true, requireTLS: false, ignoreTLS: false }],
    ['smtps://127.0.0.1', { port: 465, secure: true, ignoreTLS: false }],
    ['smtp://127.0.0.1:2525', { port: 2525, secure: false, requireTLS: false, ignoreTLS: true }],
    ['smtp://localhost', { requireTLS: false, ignoreTLS: true }],
    ['smtp://[::1]:2525', { host: '::1', port: 2525, requireTLS: false, ignoreTLS: true }],
  ])('%s', (url, expected) => {
    expect(optionsOf(url)).toMatchObject(expected);
  });

  it('uses TLS where it is offered when it may do without', () => {
    expect(optionsOf('smtp://mail.example.org', true)).toMatchObject({ requireTLS: false, ignoreTLS: false });
  });

  it('verifies certificates in any case', () => {
    for (const url of ['smtp://mail.example.org', 'smtps://mail.example.org', 'smtps://127.0.0.1'])
      expect(optionsOf(url, true).tls).not.toHaveProperty('rejectUnauthorized');
  });

  it('reads a name and password that were percent-encoded', () => {
    expect(optionsOf('smtp://steno%40example.org:p%2Fa%3Ass@mail.example.org').auth).toEqual({
      user: 'steno@example.org',
      pass: 'p/a:ss',
    });
    expect(optionsOf('smtp://mail.example.org').auth).toBeUndefined();
  });
});

describe('smtpFailure', () => {
  const reply = (command: string, responseCode: number, response = `${responseCode} no`) =>
    smtpFailure(Object.assign(new Error(response), { code: 'EENVELOPE', command, responseCode, response }));

  it.each([
    ['RCPT TO', 550, 'letter_refused'],
    ['RCPT TO', 553, 'letter_refused'],
    ['DATA', 554, 'letter_refused'],
    ['RCPT TO', 450, 'mail_server_unavailable'],
    ['DATA', 452, 'mail_server_unavailable'],
    // About us, not about the letter: the operator can mend it while the letter waits.
    ['AUTH PLAIN', 535, 'mail_server_unavailable'],
    ['MAIL FROM', 553, 'mail_server_unavailable'],
    ['CONN', 554, 'mail_server_unavailable'],
    ['CONN', 421, 'mail_server_unavailable'],
  ])('%s: %i is %s', (command, code, expected) => {
    expect(reply(command, code).code).toBe(expected);
  });

  it('tells the codes and keeps the words of the server to itself (item 56)', () => {
    const error = reply('DATA', 554, '554 5.7.1 spam: https://steno.example/reset?token=s3cret to ada@example.com');
    expect(error.message).toBe("The mail server refused the letter (DATA: 554 5.7.1). Check the recipient's address.");
    expect(error.cause).toBeUndefined();
  });

  it('tells why there is no connection', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:25'), { code: 'ESOCKET', command: 'CONN' });
    expect(smtpFailure(refused).message).toContain('(CONN: ESOCKET, ECONNREFUSED)');
    const untrusted = Object.assign(new Error('self-signed certificate'), { code: 'ESOCKET', command: 'CONN' });
    expect(smtpFailure(untrusted).message).toContain('(CONN: ESOCKET, self-signed certificate)');
  });
});
