import type { Algorithm, AlgorithmState } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Button, Group, SegmentedControl, Stack } from '@mantine/core'
import { IconChecks, IconSearch } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { LazyDialog } from '../../../ui/lazy-dialog'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import { useCaller } from '../../identity/caller'
import { StaleNotice } from '../../operations/stale-notice'
import { useAlgorithmsToReview } from '../algorithm-queries'
import { ReviewCard } from './review-card'
import type { Decision } from './review-words'

const ReviewDialog = lazy(() => import('./review-dialog'))

const choices: readonly { value: string; label: string; states: readonly AlgorithmState[] }[] = [
  { value: 'pending', label: 'Waiting', states: ['ALGORITHM_STATE_PENDING'] },
  { value: 'approved', label: 'Approved', states: ['ALGORITHM_STATE_APPROVED'] },
  {
    value: 'refused',
    label: 'Refused',
    states: ['ALGORITHM_STATE_REJECTED', 'ALGORITHM_STATE_REVOKED', 'ALGORITHM_STATE_WITHDRAWN'],
  },
]

/** The versions that wait for a decision, and those that it was made on. */
export function ReviewView({ mayReview }: { mayReview: boolean }) {
  const { data: caller } = useCaller()
  const [chosen, setChosen] = useState('pending')
  const [asking, setAsking] = useState<{ algorithm: Algorithm; decision: Decision; opened: boolean }>()
  const states = choices.find(({ value }) => value === chosen)?.states ?? []
  const algorithms = useAlgorithmsToReview(states)
  // While another choice is loading, the last answer is still there: those that do not fit it are not shown.
  const rows = algorithms.data?.pages
    .flatMap((page) => page.algorithms)
    .filter(({ state }) => states.includes(state))
  const isLoading = rows === undefined || (rows.length === 0 && algorithms.isPlaceholderData)

  return (
    <Stack gap="md">
      <SegmentedControl
        value={chosen}
        onChange={setChosen}
        data={choices.map(({ value, label }) => ({ value, label }))}
        aria-label="Which algorithms"
        style={{ alignSelf: 'flex-start' }}
      />
      {isLoading ? (
        <Panel>
          {algorithms.isError ? (
            <ErrorState error={algorithms.error} onRetry={() => algorithms.refetch()} />
          ) : (
            <ListSkeleton rows={6} />
          )}
        </Panel>
      ) : rows.length === 0 ? (
        <Panel>
          {chosen === 'pending' ? (
            <EmptyState
              icon={IconChecks}
              title="Nothing waits for a decision"
              text="Versions that members register show here until somebody approves or rejects them."
            />
          ) : (
            <EmptyState icon={IconSearch} title="There is none" />
          )}
        </Panel>
      ) : (
        rows.map((algorithm) => (
          <ReviewCard
            key={algorithm.name}
            algorithm={algorithm}
            mayReview={mayReview}
            isOwn={algorithm.registrant === caller?.name}
            onDecide={(decision) => setAsking({ algorithm, decision, opened: true })}
          />
        ))
      )}
      {algorithms.hasNextPage && (
        <Group justify="center">
          <Button
            variant="default"
            loading={algorithms.isFetchingNextPage}
            onClick={() => algorithms.fetchNextPage()}
          >
            More algorithms
          </Button>
        </Group>
      )}
      {rows !== undefined && <StaleNotice error={algorithms.error} />}
      {asking !== undefined && (
        <LazyDialog opened={asking.opened} key={`${asking.algorithm.name} ${asking.decision}`}>
          {(opened) => (
            <ReviewDialog
              algorithm={asking.algorithm}
              decision={asking.decision}
              opened={opened}
              onClose={() => setAsking({ ...asking, opened: false })}
            />
          )}
        </LazyDialog>
      )}
    </Stack>
  )
}
