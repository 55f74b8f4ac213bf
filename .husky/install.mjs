// `prepare` of package.json: git's hooks, where there are git, a work tree and husky; in images and packages there is nothing to do.
import { existsSync } from 'node:fs';

if (existsSync(new URL('../.git', import.meta.url))) {
  try {
    const { default: husky } = await import('husky');
    process.stdout.write(husky());
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  }
}
