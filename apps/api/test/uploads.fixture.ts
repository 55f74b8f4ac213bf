import type { S3Double } from '#testing/s3-double';

/** Settings of an API that keeps its objects in the double. */
export function s3Environment({ settings, endpoint }: S3Double): Record<string, string> {
  return {
    S3_BUCKET: settings.bucket,
    S3_REGION: settings.region,
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: settings.credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: settings.credentials.secretAccessKey,
  };
}
