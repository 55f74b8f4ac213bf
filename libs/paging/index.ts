export { cursorOf, idOfCursor, type Page, pageOf, type PageRequest } from './page.js';
