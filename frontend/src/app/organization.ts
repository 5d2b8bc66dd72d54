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

/** Slug to begin with: the one visited last, else the first in which jobs can be submitted, else the first. */
export function homeOrganization(
  memberships: readonly Pick<CallerMembership, 'slug' | 'permissions'>[],
  remembered: string | undefined,
): string | undefined {
  const best =
    memberships.find(({ slug }) => slug === remembered) ??
    memberships.find(({ permissions }) => permissions.includes('jobs.submit')) ??
    memberships[0]
  return best?.slug
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
