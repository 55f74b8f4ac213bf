import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { JOB_NAMES, type JobName } from '../job-catalogue.js';
import { HandlerRegistry } from './handler-registry.js';
import { OnJob } from './job-handler.js';
import { Script, scriptedHandler } from './scripted-worker.fixture.js';

async function start(handlers: Type[]): Promise<HandlerRegistry> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    providers: [HandlerRegistry, Script, ...handlers],
  }).compile();
  await module.init();
  return module.get(HandlerRegistry);
}

describe('the start of a worker', () => {
  it('finds the handler of every job', async () => {
    const handlers = JOB_NAMES.map(scriptedHandler);
    const registry = await start(handlers);
    for (const [index, name] of JOB_NAMES.entries()) expect(registry.of(name)).toBeInstanceOf(handlers[index]);
  });

  it('stops when a job has no handler', async () => {
    await expect(start(JOB_NAMES.slice(1).map(scriptedHandler))).rejects.toThrow(
      `No handler for: ${JOB_NAMES[0]}. Add a provider with @OnJob and its module to the worker.`,
    );
  });

  it('stops when a job has two', async () => {
    const twice = [...JOB_NAMES, 'storage.discard' as const].map(scriptedHandler);
    await expect(start(twice)).rejects.toThrow('storage.discard has two handlers: ScriptedHandler and ScriptedHandler.');
  });

  it('stops at a handler of a job that is not in the catalogue', async () => {
    const unknown = 'transcription.prepair' as JobName;
    class Mistyped {}
    Reflect.decorate([OnJob(unknown) as ClassDecorator], Mistyped);
    await expect(start([Mistyped])).rejects.toThrow('Mistyped handles transcription.prepair, which is not in the job catalogue');
  });
});
