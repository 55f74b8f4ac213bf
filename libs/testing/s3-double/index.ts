export { S3Double, startS3Double } from './s3-double.js';
export { type FaultMode } from './s3-fault.js';
