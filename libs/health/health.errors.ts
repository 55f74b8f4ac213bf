import { defineErrors } from '#errors';

export const healthErrors = defineErrors({
  figures_closed: {
    kind: 'unauthenticated',
    title: 'The figures are closed',
    example:
      'Figures of this installation are shown to whoever sends its METRICS_TOKEN as Authorization: Bearer. In production they are closed until one is set.',
  },
  metrics_off: {
    kind: 'not_found',
    title: 'Nothing is measured',
    example: 'This process measures nothing. Set METRICS=on and start it again.',
  },
});
