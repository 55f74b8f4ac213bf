import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Public } from '#access';
import { Access } from './access.decorators.js';
import { DeclaredAccessCheck } from './declared-access.js';

@Controller()
class Declared {
  @Get('open')
  @Public()
  open(): void {}

  @Get('guarded')
  @Access('audio:read')
  guarded(): void {}

  /** No route. */
  inner(): void {}
}

@Controller()
@Public()
class DeclaredAsAWhole {
  @Get('whole')
  whole(): void {}
}

@Controller()
class Forgetful {
  @Get('forgotten')
  forgotten(): void {}
}

async function start(...controllers: (new () => object)[]): Promise<void> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers,
    providers: [DeclaredAccessCheck],
  }).compile();
  await module.init();
  await module.close();
}

describe('the start', () => {
  it('goes on when every route says who may use it', async () => {
    await start(Declared, DeclaredAsAWhole);
  });

  it('stops at a route that does not', async () => {
    await expect(start(Declared, Forgetful)).rejects.toThrow(
      'These routes declare no access: Forgetful.forgotten. Add @Access(permission) or @Public().',
    );
  });
});
