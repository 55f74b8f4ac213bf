import { defineErrors } from '#errors';

export const webhooksErrors = defineErrors({
  webhook_not_found: {
    kind: 'not_found',
    title: 'No such webhook',
    example: 'There is no webhook of that id in this workspace. GET /api/v1/webhooks lists those there are.',
  },
  webhook_delivery_not_found: {
    kind: 'not_found',
    title: 'No such delivery',
    example:
      'There is no delivery of that id to this webhook. GET /api/v1/webhooks/{id}/deliveries lists those of the last 30 days.',
  },
  webhook_disabled: {
    kind: 'conflict',
    title: 'The webhook is disabled',
    example: 'The webhook is disabled. Make it active with PUT /api/v1/webhooks/{id} and try again.',
  },
  webhook_delivery_under_way: {
    kind: 'conflict',
    title: 'The delivery is under way',
    example: 'The event is being sent at this moment. Look at the delivery again in a few seconds.',
  },
  too_many_webhooks: {
    kind: 'conflict',
    title: 'The workspace has as many webhooks as it may have',
    example: 'A workspace has at most 50 webhooks. Delete one that is not needed any more.',
  },
});
