/** The workspace in the path of a route, for the document. The guard has seen to it that it is the actor's. */
export const WORKSPACE_ID = {
  name: 'id',
  format: 'uuid',
  example: '019aa3a0-6f00-7e21-9b66-1a2b3c4d5e6f',
  description: 'The workspace.',
};
