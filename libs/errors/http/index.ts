export { ApiProblems } from './api-problems.js';
export { ProblemDto } from './problem.dto.js';
export { ProblemFilter } from './problem.filter.js';
export { validationFailed, validationPipe } from './validation.pipe.js';
