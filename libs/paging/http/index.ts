export { NumberedPageQueryDto, PageDto, PageQueryDto, toPage, toPageRequest } from './page.dto.js';
