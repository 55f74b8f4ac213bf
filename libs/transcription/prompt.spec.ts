import { expect, it } from '@jest/globals';
import { promptOf } from './prompt.js';

it.each([
  [null, undefined, undefined],
  [' ', [], undefined],
  ['A talk about ships.', undefined, 'A talk about ships.'],
  [null, ['Orion', 'Maria Lopez'], 'Orion, Maria Lopez'],
  ['A talk about ships.', ['Orion'], 'A talk about ships.\nOrion'],
])('the prompt %p with the vocabulary %p is %p', (prompt, vocabulary, told) => {
  expect(promptOf({ prompt, vocabulary })).toBe(told);
});
