import { describe, expect, it } from '@jest/globals';
import { nameFrom } from './import-name.js';

describe('nameFrom', () => {
  it.each([
    ['https://files.example.com/2026/meeting.mp3?sig=secret', 'meeting.mp3'],
    ['https://files.example.com/Sitzung%20M%C3%BCnchen.m4a', 'Sitzung München.m4a'],
    ['https://files.example.com/100%.wav', '100%.wav'],
    ['https://files.example.com/a%00b%0A.wav', 'ab.wav'],
    ['https://files.example.com/', 'recording'],
    ['https://files.example.com', 'recording'],
    [`https://files.example.com/${'a'.repeat(300)}`, 'a'.repeat(255)],
  ])('%s is called %s', (address, name) => expect(nameFrom(new URL(address))).toBe(name));
});
