export { addProblems, ApiProblems } from './api-problems.js';
export { errorAnswer, type ErrorAnswer } from './error-answer.js';
export { isOpenAiPath, openAiErrorOf, openAiStatusOf } from './openai-error.js';
export { PROBLEM_TYPE, problemOf } from './problem.js';
export { ProblemDto } from './problem.dto.js';
export { ProblemFilter } from './problem.filter.js';
export { TakesForm, takesForm, TakesPageForm, takesPageForm } from './takes-form.js';
export { validationFailed, validationPipe } from './validation.pipe.js';
export { TakesBytes, takesBytes } from './takes-bytes.js';
