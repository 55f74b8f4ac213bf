export type { WritingOrder, Written, WrittenCall, WrittenValue } from './writing-order.js';
export { writingErrors } from './writing.errors.js';
export { WritingModule } from './writing.module.js';
export { Writing } from './writing.service.js';
