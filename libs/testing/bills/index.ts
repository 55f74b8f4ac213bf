export { type Bill, billOf } from './bill.js';
