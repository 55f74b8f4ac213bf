import { createRequire, isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { type Module, SyntheticModule } from 'node:vm';

const require = createRequire(import.meta.url);

/** Neither a path, nor a URL, nor a door of ours (`#room`). */
const NAME = /^(@[\w.-]+\/)?\w[^:]*$/;

/** Whether it names something in node_modules. `@jest/globals` is not there: Jest makes it for each file. */
export function isPackage(specifier: unknown): specifier is string {
  return typeof specifier === 'string' && NAME.test(specifier) && !isBuiltin(specifier) && specifier !== '@jest/globals';
}

/**
 * A package as Node has it for whoever imports it, as a module that Jest can link others to.
 * @throws Error of Node when there is no such package
 */
export function moduleOfPackage(specifier: string): Module {
  const exported = require(fileURLToPath(import.meta.resolve(specifier))) as object;
  const named: Record<string, unknown> = { ...exported };
  // Of CommonJS, which has no default of its own, everything is the default.
  if (!types.isModuleNamespaceObject(exported)) named.default = exported;
  const names = Object.keys(named);
  const module = new SyntheticModule(
    names,
    () => {
      for (const name of names) module.setExport(name, named[name]);
    },
    { identifier: specifier },
  );
  void module.evaluate();
  return module;
}
