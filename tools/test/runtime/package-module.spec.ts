import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import * as uuid from 'uuid';
import pg, { Client } from 'pg';
import { isPackage, moduleOfPackage } from './package-module.ts';

describe('isPackage', () => {
  it.each(['uuid', '@nestjs/common', 'typeorm/driver/postgres/PostgresDriver.js', 'ipaddr.js'])('%s is one', (specifier) => {
    expect(isPackage(specifier)).toBe(true);
  });

  it.each([
    'fs',
    'node:fs',
    './uuid.js',
    '../uuid.js',
    '/uuid.js',
    '#errors',
    '#testing/database',
    'file:///uuid.js',
    'data:text/javascript,1',
    '@jest/globals',
  ])('%s is none', (specifier) => {
    expect(isPackage(specifier)).toBe(false);
  });
});

describe('moduleOfPackage', () => {
  it('has the exports of a module, and no default where there is none', () => {
    const { namespace } = moduleOfPackage('uuid');
    expect(namespace).toMatchObject({ v7: expect.any(Function) });
    expect(namespace).not.toHaveProperty('default');
  });

  it('has the exports of CommonJS by name and as the default', () => {
    const exported: unknown = createRequire(import.meta.url)('ajv');
    expect(moduleOfPackage('ajv').namespace).toMatchObject({ default: exported, Ajv: expect.any(Function) });
  });
});

describe('a test file', () => {
  it('has the packages that the process has', () => {
    expect(uuid.v7).toBe(Reflect.get(moduleOfPackage('uuid').namespace, 'v7'));
    expect(pg.Client).toBe(Client);
  });

  it('finds the same package by import()', async () => {
    const { v7 } = await import('uuid');
    expect(v7).toBe(uuid.v7);
  });

  it('is told as by Node that there is no such package', async () => {
    const missing: string = 'there-is-no-such-package';
    await expect(import(missing)).rejects.toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
  });

  it('runs in the context of the process, as packages do', () => {
    expect(runInThisContext('[Array, Error, Date]')).toEqual([Array, Error, Date]);
  });
});
