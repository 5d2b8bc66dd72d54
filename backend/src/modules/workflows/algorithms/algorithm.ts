import type { AlgorithmSpec } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import type { AlgorithmState } from './algorithm-transitions.ts'

/** A version of an algorithm. */
export interface AlgorithmRecord {
  readonly id: string
  readonly organizationId: string
  readonly organizationSlug: string
  readonly organizationDisplayName: string
  readonly slug: string
  readonly version: number
  readonly spec: AlgorithmSpec
  readonly state: AlgorithmState
  readonly registrantId: string
  readonly registrantDisplayName: string
  readonly createTime: Date
  readonly reviewTime: Date | undefined
  readonly reviewerDisplayName: string
  readonly reviewComment: string
}

/** What names a version in requests. */
export interface AlgorithmKey {
  /** Slug. */
  readonly organization: string
  readonly slug: string
  readonly version: number
}

const REFERENCE = /^(?:([a-z][a-z0-9-]{1,62})\/)?([a-z][a-z0-9-]{0,62})@([1-9][0-9]{0,8})$/

/** Of "measure@1" and "org/measure@1"; undefined for another text. */
export function parseReference(text: string, ownOrganization: string): AlgorithmKey | undefined {
  const [, organization = ownOrganization, slug, version] = REFERENCE.exec(text) ?? []
  return slug === undefined ? undefined : { organization, slug, version: Number(version) }
}

/** What a step of an organisation names it by. */
export function referenceOf({ organization, slug, version }: AlgorithmKey, ownOrganization: string): string {
  const own = `${slug}@${version}`
  return organization === ownOrganization ? own : `${organization}/${own}`
}

export function algorithmName({ organization, slug, version }: AlgorithmKey): string {
  return `organizations/${organization}/algorithms/${slug}/versions/${version}`
}

/** Of a name that the contract's pattern let through. */
export function algorithmKeyOf(name: string): AlgorithmKey {
  const [, organization = '', , slug = '', , version = ''] = name.split('/')
  return { organization, slug, version: Number(version) }
}

export function keyOf(
  algorithm: Pick<AlgorithmRecord, 'organizationSlug' | 'slug' | 'version'>,
): AlgorithmKey {
  return { organization: algorithm.organizationSlug, slug: algorithm.slug, version: algorithm.version }
}
