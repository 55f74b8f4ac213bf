export { ImportService, type ImportWish } from './import/import.service.js';
export { UploadCompletion } from './upload-completion.js';
export { uploadErrors } from './uploads.errors.js';
export { UploadsModule } from './uploads.module.js';
export { type UploadOrder, UploadsService } from './uploads.service.js';
export { UploadObjects } from './upload-objects.js';
