/**
 * Loaded into a process with `--import`: at SIGWINCH, which ends nothing, it writes a line that says what it has in use, without what is
 * merely not cleared away yet.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGWINCH', () => {
  collect();
  // What was waiting to be told that something is gone has been told by then, and may go itself.
  setImmediate(() => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    console.log(JSON.stringify({ message: 'Memory held', megabytes: (heapUsed + external) / 1e6 }));
  });
});
