import type { OrganizationKind, Role } from '@fairlead/proto/web/fairlead/identity/v1/identity'
import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../app/services'

export interface CallerMembership {
  /** Of the organisation: "organizations/{slug}". */
  readonly name: string
  readonly slug: string
  readonly displayName: string
  readonly kind: OrganizationKind
  readonly role: Role
  readonly permissions: readonly string[]
}

export interface Caller {
  /** "users/{uuid}" */
  readonly name: string
  readonly displayName: string
  readonly email: string
  readonly memberships: readonly CallerMembership[]
  readonly platformPermissions: readonly string[]
}

export const callerKey = ['caller'] as const

/** The signed-in user, their organisations and what they may do in each. */
export function useCaller() {
  const api = useApi()
  return useQuery({
    queryKey: callerKey,
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<Caller> => {
      const { user, memberships, platformPermissions } = await api.identity({ signal }).GetCaller({})
      return {
        name: user?.name ?? '',
        displayName: user?.displayName || user?.email || 'Unnamed user',
        email: user?.email ?? '',
        platformPermissions,
        memberships: memberships.flatMap(({ organization, role, permissions }) =>
          organization === undefined
            ? []
            : [
                {
                  name: organization.name,
                  slug: organization.name.replace('organizations/', ''),
                  displayName: organization.displayName,
                  kind: organization.kind,
                  role,
                  permissions,
                },
              ],
        ),
      }
    },
  })
}
