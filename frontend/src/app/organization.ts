import { useParams } from 'react-router'
import { type CallerMembership, useCaller } from '../modules/identity/caller'

const key = 'fairlead.organization'

/** Slug of the organisation visited last in this browser. */
export function rememberedOrganization(): string | undefined {
  return localStorage.getItem(key) ?? undefined
}

export function rememberOrganization(slug: string): void {
  localStorage.setItem(key, slug)
}

export interface CurrentOrganization {
  readonly slug: string
  /** "organizations/{slug}" */
  readonly name: string
  /** Of pages: "/o/{slug}". */
  readonly path: string
  /** Undefined while the caller is loading. */
  readonly membership: CallerMembership | undefined
  may(permission: string): boolean
}

/** The organisation that the address names. */
export function useOrganization(): CurrentOrganization {
  const { organization: slug = '' } = useParams()
  const caller = useCaller()
  const membership = caller.data?.memberships.find((candidate) => candidate.slug === slug)
  return {
    slug,
    name: `organizations/${slug}`,
    path: `/o/${slug}`,
    membership,
    may: (permission) => membership?.permissions.includes(permission) ?? false,
  }
}
