import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Log } from './log.js';
import { runInContext } from './request-context.js';

function logInto(level = 'debug') {
  const text: string[] = [];
  const log = new Log({ app: 'api', level, destination: { write: (line: string) => void text.push(line) } });
  const lines = (): Record<string, unknown>[] => text.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, text, lines };
}

describe('Log', () => {
  it('writes one JSON object a line', () => {
    const { log, text, lines } = logInto();
    log.info('Something\nhappened', { count: 2 });
    expect(text).toHaveLength(1);
    expect(text[0]?.trimEnd()).not.toContain('\n');
    expect(lines()[0]).toMatchObject({ level: 'info', app: 'api', message: 'Something\nhappened', count: 2 });
    expect(lines()[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('puts the ids of the request into each line, over awaits', async () => {
    const { log, lines } = logInto();
    await runInContext({ requestId: 'req_1', workspaceId: 'w', job: 'transcription.prepare#7' }, async () => {
      await sleep(1);
      log.warn('Inside');
    });
    log.info('Outside');
    expect(lines()[0]).toMatchObject({ requestId: 'req_1', workspaceId: 'w', job: 'transcription.prepare#7' });
    expect(lines()[1]).not.toHaveProperty('requestId');
  });

  it.each([
    'authorization',
    'cookie',
    'password',
    'token',
    'accessToken',
    'refreshToken',
    'apiKey',
    'x-api-key',
    'secret',
    'prompt',
    'text',
    'transcript',
  ])('never writes what stands in %s', (member) => {
    const { log, text } = logInto();
    log.info('Top', { [member]: 'planted' });
    log.warn('One deep', { request: { [member]: 'planted' } });
    log.error('Two deep', { request: { headers: { [member]: 'planted' } } });
    expect(text.join('')).not.toContain('planted');
    expect(text.join('').match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('never writes what stands in them inside of lists', () => {
    const { log, lines } = logInto();
    log.warn('Listed', { users: [{ name: 'Ada', password: 'planted' }, null, 7] });
    expect(lines()[0]?.['users']).toEqual([{ name: 'Ada', password: '[redacted]' }, null, 7]);
  });

  it('leaves alone what it writes of', () => {
    const { log, lines } = logInto();
    const fields = { request: { token: 'planted', at: new Date(0), url: new URL('https://example.com/a') } };
    log.info('Looked at', fields);
    expect(fields.request.token).toBe('planted');
    expect(lines()[0]?.['request']).toEqual({
      token: '[redacted]',
      at: '1970-01-01T00:00:00.000Z',
      url: 'https://example.com/a',
    });
  });

  it('describes errors with their causes', () => {
    const { log, lines } = logInto();
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    log.error('Failed', { error: new TypeError('no answer', { cause }) });
    expect(lines()[0]?.['error']).toMatchObject({
      name: 'TypeError',
      message: 'no answer',
      stack: expect.stringContaining('log.spec'),
      cause: { message: 'refused', code: 'ECONNREFUSED' },
    });
  });

  it("takes Nest's lines as they come", () => {
    const { log, lines } = logInto();
    log.log('Mapped {/live}', 'RouterExplorer');
    log.fatal('Gone', null);
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'debug', context: 'RouterExplorer' }),
      expect.objectContaining({ level: 'fatal', message: 'Gone' }),
    ]);
  });

  it('leaves out what is below its level', () => {
    const { log, text } = logInto('warn');
    log.info('Not wanted');
    expect(text).toEqual([]);
  });
});
