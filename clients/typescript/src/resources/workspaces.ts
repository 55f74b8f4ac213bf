import type { Page, Schema, Workspace } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import { eachItem } from '../pages.ts';
import type { RequestOptions, Transport } from '../transport.ts';

type ListQuery = QueryOf<Operation<'get', '/api/v1/workspaces'>>;
type MembersQuery = QueryOf<Operation<'get', '/api/v1/workspaces/{id}/members'>>;
type InvitationsQuery = QueryOf<Operation<'get', '/api/v1/workspaces/{id}/invitations'>>;

/** Workspaces, their members and invitations. */
export class WorkspacesResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  create(body: Schema<'WorkspaceNameDto'>, options?: RequestOptions): Promise<Workspace> {
    return this.transport.call('post', '/api/v1/workspaces', { body }, options);
  }

  /** One page, newest first. */
  list(query: ListQuery = {}, options?: RequestOptions): Promise<Page<Workspace>> {
    return this.transport.call('get', '/api/v1/workspaces', { query }, options);
  }

  /** All of them, newest first. */
  each(query: ListQuery = {}, options?: RequestOptions): AsyncGenerator<Workspace> {
    return eachItem((cursor) => this.list(cursor === undefined ? query : { ...query, cursor }, options));
  }

  get(id: string, options?: RequestOptions): Promise<Workspace> {
    return this.transport.call('get', '/api/v1/workspaces/{id}', { path: { id } }, options);
  }

  change(id: string, body: Schema<'WorkspaceChangeDto'>, options?: RequestOptions): Promise<Workspace> {
    return this.transport.call('patch', '/api/v1/workspaces/{id}', { path: { id }, body }, options);
  }

  remove(id: string, options?: RequestOptions): Promise<void> {
    return this.transport.call('delete', '/api/v1/workspaces/{id}', { path: { id } }, options);
  }

  restore(id: string, options?: RequestOptions): Promise<Workspace> {
    return this.transport.call('post', '/api/v1/workspaces/{id}/restore', { path: { id } }, options);
  }

  /** One page. */
  members(id: string, query: MembersQuery = {}, options?: RequestOptions): Promise<Page<Schema<'MemberDto'>>> {
    return this.transport.call('get', '/api/v1/workspaces/{id}/members', { path: { id }, query }, options);
  }

  /** All of them. */
  eachMember(id: string, query: MembersQuery = {}, options?: RequestOptions): AsyncGenerator<Schema<'MemberDto'>> {
    return eachItem((cursor) => this.members(id, cursor === undefined ? query : { ...query, cursor }, options));
  }

  changeRole(id: string, userId: string, body: Schema<'ChangeRoleDto'>, options?: RequestOptions): Promise<Schema<'MemberDto'>> {
    return this.transport.call('patch', '/api/v1/workspaces/{id}/members/{userId}', { path: { id, userId }, body }, options);
  }

  removeMember(id: string, userId: string, options?: RequestOptions): Promise<void> {
    return this.transport.call('delete', '/api/v1/workspaces/{id}/members/{userId}', { path: { id, userId } }, options);
  }

  transferOwnership(id: string, body: Schema<'TransferOwnershipDto'>, options?: RequestOptions): Promise<Schema<'MemberDto'>> {
    return this.transport.call('post', '/api/v1/workspaces/{id}/transfer-ownership', { path: { id }, body }, options);
  }

  invite(id: string, body: Schema<'InviteDto'>, options?: RequestOptions): Promise<Schema<'InvitationDto'>> {
    return this.transport.call('post', '/api/v1/workspaces/{id}/invitations', { path: { id }, body }, options);
  }

  /** One page. */
  invitations(id: string, query: InvitationsQuery = {}, options?: RequestOptions): Promise<Page<Schema<'InvitationDto'>>> {
    return this.transport.call('get', '/api/v1/workspaces/{id}/invitations', { path: { id }, query }, options);
  }

  /** All of them. */
  eachInvitation(id: string, query: InvitationsQuery = {}, options?: RequestOptions): AsyncGenerator<Schema<'InvitationDto'>> {
    return eachItem((cursor) => this.invitations(id, cursor === undefined ? query : { ...query, cursor }, options));
  }

  revokeInvitation(id: string, invitationId: string, options?: RequestOptions): Promise<void> {
    return this.transport.call(
      'delete',
      '/api/v1/workspaces/{id}/invitations/{invitationId}',
      { path: { id, invitationId } },
      options,
    );
  }

  acceptInvitation(body: Schema<'AcceptInvitationDto'>, options?: RequestOptions): Promise<Workspace> {
    return this.transport.call('post', '/api/v1/invitations/accept', { body }, options);
  }
}
