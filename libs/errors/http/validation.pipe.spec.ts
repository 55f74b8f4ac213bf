import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsEmail, IsInt, IsString, MinLength, ValidateNested } from 'class-validator';
import { FieldError } from '../field-error.js';
import { validationPipe } from './validation.pipe.js';

class Speaker {
  @IsString()
  @MinLength(2)
  name!: string;
}

class Meeting {
  @IsEmail({}, { message: 'email must be an e-mail address' })
  email!: string;

  @Type(() => Number)
  @IsInt()
  minutes!: number;

  @ValidateNested({ each: true })
  @Type(() => Speaker)
  speakers!: Speaker[];
}

async function refusalOf(body: unknown): Promise<FieldError> {
  try {
    await validationPipe().transform(body, { type: 'body', metatype: Meeting });
  } catch (error) {
    if (error instanceof FieldError) return error;
    throw error;
  }
  throw new Error('The body was accepted.');
}

const GOOD = { email: 'ada@example.com', minutes: '30', speakers: [{ name: 'Ada' }] };

describe('validationPipe', () => {
  it.each([
    ['NUL', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('refuses %s, which no database keeps, wherever it stands', async (_, name) => {
    const { code, violations } = await refusalOf({ ...GOOD, speakers: [{ name }] });
    expect(code).toBe('validation_failed');
    expect(violations).toMatchObject([{ path: 'speakers.0.name', code: 'character' }]);
  });

  it('counts fields, not the rules they break', async () => {
    expect((await refusalOf({ ...GOOD, speakers: [{ name: 1 }] })).message).toMatch(/^One field is wrong: /);
  });

  it('gives an instance with the types of its class', async () => {
    const meeting: unknown = await validationPipe().transform(GOOD, { type: 'body', metatype: Meeting });
    expect(meeting).toBeInstanceOf(Meeting);
    expect(meeting).toMatchObject({ minutes: 30, speakers: [{ name: 'Ada' }] });
  });

  it('names all wrong fields at once, with their rules', async () => {
    const error = await refusalOf({ ...GOOD, email: 'ada', minutes: 'soon' });
    expect(error).toMatchObject({ code: 'validation_failed', kind: 'unprocessable' });
    expect(error.violations).toEqual([
      { path: 'email', message: 'email must be an e-mail address', code: 'is_email' },
      { path: 'minutes', message: 'minutes must be an integer number', code: 'is_int' },
    ]);
    expect(error.message).toMatch(/^2 fields are wrong: email must be an e-mail address; minutes must .* Correct it/);
  });

  it('gives the way to a field inside lists', async () => {
    const { violations } = await refusalOf({ ...GOOD, speakers: [{ name: 'Ada' }, { name: 'B' }] });
    expect(violations).toEqual([expect.objectContaining({ path: 'speakers.1.name', code: 'min_length' })]);
  });

  it('refuses fields it does not know, also inside others', async () => {
    const { violations } = await refusalOf({ ...GOOD, admin: true, speakers: [{ name: 'Ada', admin: true }] });
    expect(violations).toEqual([
      { path: 'admin', message: 'admin is not a field of this request', code: 'unknown_field' },
      { path: 'speakers.0.admin', message: 'speakers.0.admin is not a field of this request', code: 'unknown_field' },
    ]);
  });

  it.each([[null], ['text'], [[]], [undefined]])('refuses a body that is no object: %p', async (body) => {
    await expect(validationPipe().transform(body, { type: 'body', metatype: Meeting })).rejects.toThrow();
  });
});
