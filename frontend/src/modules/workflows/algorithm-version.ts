import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { referenceOf } from './algorithm-reference'

/** What a list shows of an algorithm: its latest version, and the approved one that runs meanwhile. */
export interface ListedAlgorithm {
  readonly latest: Algorithm
  /** Of the approved ones the latest; undefined when there is none. */
  readonly approved: Algorithm | undefined
}

/** The versions of a list, an algorithm a row; in the order of their latest versions. */
export function byAlgorithm(versions: readonly Algorithm[]): ListedAlgorithm[] {
  const rows = new Map<string, ListedAlgorithm>()
  for (const version of versions) {
    const { organization, algorithm } = referenceOf(version.name)
    const key = `${organization}/${algorithm}`
    const row = rows.get(key)
    const latest = row === undefined || version.version > row.latest.version ? version : row.latest
    const isApproved = version.state === 'ALGORITHM_STATE_APPROVED'
    const approved = isApproved && version.version > (row?.approved?.version ?? 0) ? version : row?.approved
    rows.set(key, { latest, approved })
  }
  return [...rows.values()]
}

/** Whether a word of a search stands in what people call it, or what programs do. */
export function matches({ latest }: ListedAlgorithm, search: string): boolean {
  const text = [
    latest.reference,
    latest.spec?.displayName ?? '',
    latest.spec?.description ?? '',
    latest.organizationDisplayName,
  ]
    .join(' ')
    .toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
