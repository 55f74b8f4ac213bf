import Module, { createRequire } from 'node:module';
import { compileFunction, type Module as LoadedModule } from 'node:vm';
import { isPackage, moduleOfPackage } from './package-module.ts';

/** The parts of Jest's runtime that are changed here. They are private to it, its version is pinned, and `wrap` says when one is gone. */
interface JestRuntime {
  readonly esmLoader: object;
  readonly executor: object;
  readonly coreModule: object;
}

/** The modules of one test file, by their names. */
interface ModuleRegistries {
  getActiveEsmRegistry(): Map<string, LoadedModule>;
}

type Method = (...given: unknown[]) => unknown;

const { default: Runtime } = createRequire(import.meta.url)('jest-runtime') as {
  default: new (...given: unknown[]) => JestRuntime;
};

/**
 * Jest's runtime, but for two things. Packages are loaded by Node itself, once for each process of Jest instead of once for each test
 * file: Nest, TypeORM and the SDKs take seconds. And test files run in the context of the process instead of one of their own, so that
 * they have the same `Error`, `Date` and `Array` as the packages. Modules of ours are loaded anew for each file.
 */
export default class ProcessRuntime extends Runtime {
  constructor(...given: unknown[]) {
    super(...given);
    const { esmLoader, executor, coreModule } = this;
    wrap(esmLoader, 'getContext', () => () => undefined);
    wrap(executor, 'compile', () => (source, filename) => {
      return compileFunction(String(source), parametersOf(executor), { filename: String(filename) });
    });
    // `createRequire` of modules of ours loads packages, too.
    wrap(coreModule, 'getMockedModuleClass', () => () => Module);
    // What is imported: by modules that wait for nothing, and by `import()` or those that do.
    wrap(esmLoader, 'resolveSpecifierForSyncGraph', (resolve) => (...request) => {
      const [, specifier] = request;
      if (!isPackage(specifier)) return resolve(...request);
      const [, , , scratch] = request as [unknown, unknown, unknown, Map<string, object>];
      scratch.set(specifier, { cacheKey: specifier, kind: 'prelinked', module: this.packageModule(specifier) });
      return { cacheKey: specifier, enqueue: null, modulePath: specifier };
    });
    wrap(esmLoader, 'resolveModule', (resolve) => (...request) => {
      const [specifier] = request;
      return isPackage(specifier) ? Promise.resolve(this.packageModule(specifier)) : resolve(...request);
    });
  }

  /** Jest's would change what the process answers, and so what packages are given. */
  installGetBuiltinModule(): void {
    // Nothing is installed.
  }

  private packageModule(specifier: string): LoadedModule {
    const { registries } = this.esmLoader as { registries: ModuleRegistries };
    const registry = registries.getActiveEsmRegistry();
    const known = registry.get(specifier);
    if (known !== undefined) return known;
    const made = moduleOfPackage(specifier);
    registry.set(specifier, made);
    return made;
  }
}

/** Puts another method in the place of one that must be there. */
function wrap(part: object, name: string, make: (method: Method) => Method): void {
  const method: unknown = Reflect.get(part, name);
  if (typeof method !== 'function')
    throw new Error(`Jest's runtime has no ${name} any more; tools/test/runtime is to be adapted.`);
  Reflect.set(
    part,
    name,
    make((...given) => (method as Method).apply(part, given)),
  );
}

function parametersOf(executor: object): string[] {
  return (executor as { injectedModuleParameters: string[] }).injectedModuleParameters;
}
