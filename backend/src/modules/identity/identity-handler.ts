import {
  IdentityServiceService,
  type ListMembersRequest,
  type ListOrganizationsRequest,
} from '@fairlead/proto/server/fairlead/identity/v1/identity'
import { validate as isUuid } from 'uuid'
import { invalidField } from '../../errors/domain-error.ts'
import { callerOf, organizationContext } from '../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../server/service-handlers.ts'
import type { ApiTokenService } from './api-token-service.ts'
import {
  apiTokenMessage,
  memberMessage,
  membershipMessage,
  organizationMessage,
  roleOfMessage,
  userMessage,
} from './identity-messages.ts'
import type { IdentityService } from './identity-service.ts'
import type { MemberService } from './member-service.ts'
import type { OrganizationService } from './organization-service.ts'

interface IdentityHandlerDeps {
  readonly identity: IdentityService
  readonly organizations: OrganizationService
  readonly members: MemberService
  readonly apiTokens: ApiTokenService
  readonly pageTokens: PageTokens
}

const PAGE_SIZE_DEFAULT = 50

export function identityHandler(deps: IdentityHandlerDeps): RegisteredService {
  const { identity, organizations, members, apiTokens, pageTokens } = deps

  return registeredService(IdentityServiceService, {
    async getCaller(_request, context) {
      const { userId } = callerOf(context)
      const scopes = context.tokenScopes
      const [user, memberships, principal] = await Promise.all([
        identity.user(userId),
        identity.membershipsOf(userId),
        identity.principal(userId),
      ])
      return {
        user: user === undefined ? undefined : userMessage(user),
        memberships: memberships.map((membership) => membershipMessage(membership, scopes)),
        platformPermissions: [...(principal?.platformPermissions ?? [])]
          .filter((permission) => scopes?.has(permission) ?? true)
          .sort(),
      }
    },

    async listOrganizations(request) {
      const scope = pageScope('ListOrganizations', {})
      const page = await organizations.list(pageTokens.decode(scope, request.pageToken), pageSize(request))
      return {
        organizations: page.items.map(organizationMessage),
        nextPageToken: page.position === undefined ? '' : pageTokens.encode(scope, page.position),
      }
    },

    async getOrganization(_request, context) {
      return organizationMessage(await organizations.get(organizationContext(context).organization.id))
    },

    async createOrganization(request, context) {
      const organization = await organizations.create(callerOf(context).userId, {
        slug: request.organizationId,
        displayName: request.displayName,
        administratorEmail: request.administratorEmail,
        requestId: request.requestId,
      })
      return organizationMessage(organization)
    },

    async listMembers(request, context) {
      const { organization } = organizationContext(context)
      const scope = pageScope('ListMembers', { organization: organization.id })
      const after = pageTokens.decode(scope, request.pageToken)
      const page = await members.list(organization.id, after, pageSize(request))
      return {
        members: page.items.map((member) => memberMessage(organization.slug, member)),
        nextPageToken: page.position === undefined ? '' : pageTokens.encode(scope, page.position),
      }
    },

    async createMember(request, context) {
      const { organization } = organizationContext(context)
      const member = await members.create(
        callerOf(context).userId,
        organization.id,
        request.email,
        roleOfMessage(request.role),
      )
      return memberMessage(organization.slug, member)
    },

    async updateMember(request, context) {
      const { organization } = organizationContext(context)
      const role = roleOfMessage(request.role)
      const member = await members.setRole(
        callerOf(context).userId,
        organization.id,
        idOf(request.name),
        role,
      )
      return memberMessage(organization.slug, member)
    },

    async deleteMember(request, context) {
      const { organization } = organizationContext(context)
      await members.delete(callerOf(context).userId, organization.id, idOf(request.name))
      return {}
    },

    async listApiTokens(_request, context) {
      const tokens = await apiTokens.list(callerOf(context).userId)
      return { apiTokens: tokens.map(apiTokenMessage) }
    },

    async createApiToken(request, context) {
      const { token, secret } = await apiTokens.create(callerOf(context).userId, request)
      return { apiToken: apiTokenMessage(token), secret }
    },

    async deleteApiToken(request, context) {
      await apiTokens.delete(callerOf(context).userId, idOf(request.name))
      return {}
    },
  })
}

function pageSize(request: ListMembersRequest | ListOrganizationsRequest): number {
  return request.pageSize === 0 ? PAGE_SIZE_DEFAULT : request.pageSize
}

/** The UUID that a resource name ends in. */
function idOf(name: string): string {
  const id = name.slice(name.lastIndexOf('/') + 1)
  if (!isUuid(id)) throw invalidField('name', 'does not end in a UUID')
  return id
}
