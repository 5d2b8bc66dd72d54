import {
  type ApiToken as ApiTokenMessage,
  type Member as MemberMessage,
  MemberState,
  type Membership as MembershipMessage,
  OrganizationKind as OrganizationKindMessage,
  type Organization as OrganizationMessage,
  Role as RoleMessage,
  type User as UserMessage,
} from '@fairlead/proto/server/fairlead/identity/v1/identity'
import { invalidField } from '../../errors/domain-error.ts'
import type { ApiToken, Member, Membership, Organization, User } from './identity-rows.ts'
import { grantsOf, type OrganizationKind, type Role } from './role-permissions.ts'

const kinds: Readonly<Record<OrganizationKind, OrganizationKindMessage>> = {
  OPERATOR: OrganizationKindMessage.ORGANIZATION_KIND_OPERATOR,
  MEMBER: OrganizationKindMessage.ORGANIZATION_KIND_MEMBER,
}
const roles: Readonly<Record<Role, RoleMessage>> = {
  ANALYST: RoleMessage.ROLE_ANALYST,
  DIRECTOR: RoleMessage.ROLE_DIRECTOR,
  ADMINISTRATOR: RoleMessage.ROLE_ADMINISTRATOR,
  MEMBER: RoleMessage.ROLE_MEMBER,
  SUBMITTER: RoleMessage.ROLE_SUBMITTER,
  TREASURER: RoleMessage.ROLE_TREASURER,
}
const rolesByMessage = new Map(Object.entries(roles).map(([role, message]) => [message, role as Role]))

export function roleOfMessage(message: RoleMessage): Role {
  const role = rolesByMessage.get(message)
  if (role === undefined) throw invalidField('role', `is none of ${Object.keys(roles).join(', ')}`)
  return role
}

export function organizationMessage(organization: Organization): OrganizationMessage {
  return {
    name: `organizations/${organization.slug}`,
    displayName: organization.displayName,
    kind: kinds[organization.kind],
    createTime: organization.createTime,
  }
}

export function userMessage(user: User): UserMessage {
  return {
    name: `users/${user.id}`,
    displayName: user.displayName,
    email: user.email,
    createTime: user.createTime,
  }
}

export function memberMessage(slug: string, member: Member): MemberMessage {
  return {
    name: `organizations/${slug}/members/${member.id}`,
    user: userMessage(member.user),
    role: roles[member.role],
    state: member.state === 'INVITED' ? MemberState.MEMBER_STATE_INVITED : MemberState.MEMBER_STATE_ACTIVE,
    createTime: member.createTime,
  }
}

/** @param scopes an API token's, which narrow what the role grants */
export function membershipMessage(
  { organization, role }: Membership,
  scopes: ReadonlySet<string> | undefined,
): MembershipMessage {
  const granted: readonly string[] = grantsOf(organization.kind, role).organization
  return {
    organization: organizationMessage(organization),
    role: roles[role],
    permissions: granted.filter((permission) => scopes?.has(permission) ?? true).sort(),
  }
}

export function apiTokenMessage(token: ApiToken): ApiTokenMessage {
  return {
    name: `users/me/apiTokens/${token.id}`,
    displayName: token.displayName,
    scopes: [...token.scopes],
    prefix: token.prefix,
    createTime: token.createTime,
    expireTime: token.expireTime,
    lastUseTime: token.lastUseTime,
  }
}
