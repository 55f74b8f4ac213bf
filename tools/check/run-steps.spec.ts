import { describe, expect, it } from '@jest/globals';
import { Refusal } from '../refusal.ts';
import { type CheckStep, chooseSteps, runSteps } from './run-steps.ts';

const step = (name: string, run: CheckStep['run']): CheckStep => ({ name, holds: `${name} holds`, mend: `mend ${name}`, run });
const fine = () => Promise.resolve(undefined);

async function run(steps: CheckStep[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await runSteps(steps, (line) => lines.push(line.replace(/ +\d+\.\d s/, ' … s')));
  return { code, lines };
}

describe('the checks', () => {
  it('print a line each and end with 0 when everything holds', async () => {
    const { code, lines } = await run([step('format', fine), step('lint', fine)]);
    expect(code).toBe(0);
    expect(lines).toEqual(['✓ format … s  format holds', '✓ lint … s  lint holds']);
  });

  it('all run after one has failed, which ends with 1 and the way to mend it', async () => {
    const { code, lines } = await run([
      step('format', () => Promise.resolve('a.ts\n\nb.ts\n')),
      step('types', () => Promise.reject(new Refusal('No compiler here.'))),
      step('lint', fine),
    ]);
    expect(code).toBe(1);
    expect(lines).toEqual([
      '✗ format … s  format holds',
      '    a.ts\n\n    b.ts',
      '✗ types … s  types holds',
      '    No compiler here.',
      '✓ lint … s  lint holds',
      '\n2 of 3 failed. To mend:',
      '  format  mend format',
      '  types   mend types',
    ]);
  });

  it('keep the stack of a fault that is no refusal', async () => {
    const { lines } = await run([step('types', () => Promise.reject(new TypeError('Not a function')))]);
    expect(lines[1]).toMatch(/^ {4}TypeError: Not a function\n {4} +at /);
  });

  it('run alone when named', () => {
    const steps = [step('format', fine), step('lint', fine)];
    expect(chooseSteps(steps, ['lint']).map(({ name }) => name)).toEqual(['lint']);
    expect(chooseSteps(steps, []).map(({ name }) => name)).toEqual(['format', 'lint']);
    expect(() => chooseSteps(steps, ['lint', 'tests'])).toThrow('There is no check "tests". There are: format, lint.');
  });
});
