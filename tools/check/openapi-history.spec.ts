import { describe, expect, it } from '@jest/globals';
import { isAccepted } from './openapi-history.ts';

describe('a break', () => {
  const accepted = [
    { break: 'GET /a: it is gone.', reason: 'Nobody called it.' },
    { break: 'GET /b 200 *', reason: 'It was documented wrongly.' },
    { break: 'GET /c: it is gone.', reason: ' ' },
  ];

  it('is accepted by its sentence, or the beginning of it', () => {
    expect(isAccepted('GET /a: it is gone.', accepted)).toBe(true);
    expect(isAccepted('GET /a: it is gone. Really.', accepted)).toBe(false);
    expect(isAccepted('GET /b 200 id: it is gone.', accepted)).toBe(true);
    expect(isAccepted('GET /b body id: it is gone.', accepted)).toBe(false);
  });

  it('is not accepted without a reason', () => {
    expect(() => isAccepted('GET /c: it is gone.', accepted)).toThrow('gives no reason for "GET /c: it is gone."');
  });
});
