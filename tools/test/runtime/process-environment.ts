import { createRequire } from 'node:module';
import { keep } from './keep.ts';

const require = createRequire(import.meta.url);
const { ModernFakeTimers } = require('@jest/fake-timers') as { ModernFakeTimers: new (options: object) => { dispose(): void } };
const { ModuleMocker } = require('jest-mock') as { ModuleMocker: new (global: object) => object };

interface Given {
  projectConfig: { testEnvironmentOptions: { customExportConditions?: string[] } };
}

/** As it was before the first test file. */
const KEPT = [globalThis, process.env].map(keep);
const exit = process.exit.bind(process);

/** Where test files run: the context of the process itself. What a file leaves on the global object or in the environment is taken back. */
export default class ProcessEnvironment {
  readonly global = globalThis;
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly fakeTimers = null;
  readonly fakeTimersModern: { dispose(): void };
  private readonly conditions: string[];

  constructor({ projectConfig }: Given) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.conditions = projectConfig.testEnvironmentOptions.customExportConditions ?? [];
  }

  exportConditions(): string[] {
    return this.conditions;
  }

  /** Jest asks every environment for one; `ProcessRuntime` does without. */
  getVmContext(): null {
    return null;
  }

  setup(): void {
    // The process is there.
  }

  teardown(): void {
    this.fakeTimersModern.dispose();
    for (const putBack of KEPT) putBack();
    // Jest has each file warn of it.
    process.exit = exit;
  }
}
