import { defineErrors } from '#errors';

export const providerKeyErrors = defineErrors({
  provider_key_not_found: {
    kind: 'not_found',
    title: 'No such provider key',
    example: 'There is no provider key of that id in this workspace. GET /api/v1/provider-keys lists those there are.',
  },
  provider_key_refused: {
    kind: 'unprocessable',
    title: 'The provider refuses the key',
    example:
      'openai does not know the key, or does not let it be checked (invalid_api_key). Nothing was changed. Check the key at the provider and send it again.',
  },
  provider_unavailable: {
    kind: 'unavailable',
    title: 'The provider did not answer',
    example: 'The key could not be checked: openai gave no usable answer (timeout). Nothing was changed. Try again later.',
  },
  provider_key_rejected: {
    kind: 'unprocessable',
    title: "The provider refuses the workspace's own key",
    example:
      "openai refuses the workspace's own key that ends in 3x9Q. An admin replaces it with POST /api/v1/provider-keys/{id}/rotate, or disables or deletes it; then order again.",
  },
  provider_key_replaced: {
    kind: 'unavailable',
    title: 'The key was changed while it was used',
    example: "The workspace's own key of openai was changed while a call with it ran; the part is tried again.",
  },
});
