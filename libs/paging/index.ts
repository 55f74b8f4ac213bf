export { cursorOf, idOfCursor, type Page, type PageRequest } from './page.js';
