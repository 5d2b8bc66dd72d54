import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useApprovedAlgorithms } from '../algorithm-queries'
import { parseReference } from '../algorithm-reference'
import { useAlgorithmService } from '../use-algorithm-service'

interface KnownAlgorithms {
  /** The latest approved version of each. */
  readonly approved: readonly Algorithm[]
  readonly byReference: ReadonlyMap<string, Algorithm>
  readonly isPending: boolean
  readonly error: unknown
}

const none: readonly Algorithm[] = []

/**
 * Algorithms that steps may run, and every version of the organisation's own that they name.
 *
 * @param references of the steps
 */
export function useKnownAlgorithms(organization: string, references: readonly string[]): KnownAlgorithms {
  const algorithms = useAlgorithmService()
  const latest = useApprovedAlgorithms(organization)
  const approved = latest.data ?? none
  const own = [
    ...new Set(
      references.flatMap((reference) => {
        const parsed = parseReference(reference)
        return parsed === undefined || parsed.organization !== '' ? [] : [parsed.algorithm]
      }),
    ),
  ].toSorted()
  const versions = useQueries({
    queries: own.map((algorithmId) => ({
      queryKey: ['algorithms', 'of', organization, 'versions', algorithmId],
      staleTime: 30_000,
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (
          await algorithms({ signal }).ListAlgorithms({
            parent: `organizations/${organization}`,
            pageSize: 100,
            pageToken: '',
            states: [],
            algorithmId,
          })
        ).algorithms,
    })),
    combine: (queries) => queries.flatMap(({ data }) => data ?? none),
  })
  const byReference = useMemo(
    () => new Map([...approved, ...versions].map((algorithm) => [algorithm.reference, algorithm])),
    [approved, versions],
  )
  return { approved, byReference, isPending: latest.isPending, error: latest.error }
}
