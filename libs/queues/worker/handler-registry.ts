import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { isJobName, JOB_NAMES, type JobName } from '../job-catalogue.js';
import { HANDLED_JOB, type JobHandler } from './job-handler.js';

/** Finds the handlers and refuses to start unless every job of the catalogue has exactly one. */
@Injectable()
export class HandlerRegistry implements OnModuleInit {
  private readonly handlers = new Map<JobName, JobHandler<JobName>>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    for (const { instance, metatype } of this.discovery.getProviders()) {
      if (typeof metatype !== 'function' || instance === undefined || instance === null) continue;
      const name = this.reflector.get<string | undefined>(HANDLED_JOB, metatype);
      if (name !== undefined) this.register(name, instance as JobHandler<JobName>, metatype.name);
    }
    const missing = JOB_NAMES.filter((name) => !this.handlers.has(name));
    if (missing.length > 0)
      throw new Error(`No handler for: ${missing.join(', ')}. Add a provider with @OnJob and its module to the worker.`);
  }

  /** The handler of a job name. */
  of(name: JobName): JobHandler<JobName> {
    const handler = this.handlers.get(name);
    if (handler === undefined) throw new Error(`There is no handler for ${name}.`);
    return handler;
  }

  private register(name: string, handler: JobHandler<JobName>, className: string): void {
    if (!isJobName(name))
      throw new Error(`${className} handles ${name}, which is not in the job catalogue (libs/queues/job-catalogue.ts).`);
    const other = this.handlers.get(name);
    if (other === handler) return;
    if (other !== undefined) throw new Error(`${name} has two handlers: ${other.constructor.name} and ${className}.`);
    this.handlers.set(name, handler);
  }
}
