import { runMain } from '../refusal.ts';
import { chooseSteps, runSteps } from './run-steps.ts';
import { STEPS } from './steps.ts';

/** `npm run check`: everything that can be said of the project without running its tests. `npm run check -- lint` asks one thing. */
await runMain(() => {
  const steps = chooseSteps(STEPS, process.argv.slice(2));
  return runSteps(steps, (line) => {
    console.log(line);
  });
});
