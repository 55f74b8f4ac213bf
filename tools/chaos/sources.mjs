/**
 * Lets Node run the TypeScript of `test/` and `libs/testing` as it stands, where files name each other by what they are built to (`.js`).
 * Preloaded with --import, together with --experimental-transform-types.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier.startsWith('.') && specifier.endsWith('.js') && !context.parentURL?.includes('/node_modules/');
    return nextResolve(isOurs ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
