import { defineErrors } from '#errors';

export const workspacesErrors = defineErrors({
  timezone_unknown: {
    kind: 'unprocessable',
    title: 'The time zone is not known',
    example: 'The database of this server does not know the time zone America/Coyhaique. Name another one with the same clock.',
  },
  personal_workspace: {
    kind: 'conflict',
    title: 'A personal workspace is for one person',
    example:
      'A personal workspace stays with its one owner and ends with the account. Make a workspace for a team with POST /api/v1/workspaces.',
  },
  last_owner: {
    kind: 'conflict',
    title: 'The workspace would be left without an owner',
    example:
      'The last owner of a workspace can neither leave nor get another role. Make somebody else an owner first, or delete the workspace.',
  },
  role_above_yours: {
    kind: 'forbidden',
    title: 'That role is above yours',
    example: 'As admin you can neither give nor take the role owner. Ask an owner of the workspace.',
  },
  member_not_found: {
    kind: 'not_found',
    title: 'No such member',
    example: 'Nobody of that id belongs to this workspace. GET /api/v1/workspaces/{id}/members lists who does.',
  },
  already_owner: {
    kind: 'conflict',
    title: 'The workspace is yours already',
    example: 'You own this workspace already. Name another member as its new owner.',
  },
  already_member: {
    kind: 'conflict',
    title: 'The address belongs to a member',
    example:
      'ada@example.com belongs to a member of this workspace. Change the role with PATCH /api/v1/workspaces/{id}/members/{userId}.',
  },
  too_many_invitations: {
    kind: 'conflict',
    title: 'Too many invitations',
    example: 'The workspace has 50 open invitations, as many as it may. Revoke one, or wait until one is accepted or expires.',
  },
  invitation_not_found: {
    kind: 'not_found',
    title: 'No such invitation',
    example: 'There is no open invitation of that id or token. It may have been revoked or replaced by a newer one.',
  },
  invitation_expired: {
    kind: 'gone',
    title: 'The invitation has expired',
    example: 'The invitation was good for 7 days. Ask for a new one.',
  },
  invitation_used: {
    kind: 'conflict',
    title: 'The invitation was accepted before',
    example: 'This invitation was accepted before, and the membership has ended since. Ask for a new invitation.',
  },
  invitation_for_other_address: {
    kind: 'forbidden',
    title: 'The invitation is for another address',
    example:
      'The invitation was sent to another e-mail address than that of your account. Sign in with the account of that address.',
  },
  invitation_wants_verified_email: {
    kind: 'forbidden',
    title: 'Your e-mail address is not verified',
    example:
      'An invitation can be accepted once your e-mail address is verified. POST /api/v1/auth/resend-verification sends the letter again.',
  },
});
