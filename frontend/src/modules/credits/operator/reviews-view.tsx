import type { Review } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { Button, Group, Select, Text } from '@mantine/core'
import { IconScale } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { useSearchParams } from 'react-router'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { LazyDialog } from '../../../ui/lazy-dialog'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Pager } from '../../../ui/pager'
import { Panel } from '../../../ui/panel'
import { StaleNotice } from '../../operations/stale-notice'
import classes from './desk.module.css'
import { deskQuery } from './desk-address'
import { OrganizationFilter } from './desk-filters'
import { useReviews } from './review-queries'
import { choiceFromAddress, reviewChoices, statesOf } from './review-state'
import { isRecordable, ReviewsTable } from './reviews-table'

const RecordDialog = lazy(() => import('./record-dialog'))

/** The queue of transfers, those that wait for the operator first. */
export function ReviewsView() {
  const [parameters, setParameters] = useSearchParams()
  const choice = choiceFromAddress(parameters)
  const organization = parameters.get('organization') ?? ''
  const token = parameters.get('page') ?? ''
  const reviews = useReviews({ states: statesOf(choice), organization }, token)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [recording, setRecording] = useState<{ reviews: readonly Review[]; opened: boolean }>()

  const filters = { show: choice ?? '', organization }
  const filtered = choice !== undefined || organization !== ''
  const shown = reviews.data?.reviews
  // What was recorded meanwhile, or is on another page, is not chosen any more.
  const selected = shown?.filter((review) => chosen.has(review.name) && isRecordable(review)) ?? []
  return (
    <>
      <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Filter reviews">
        <Select
          label="Show"
          data={Object.entries(reviewChoices).map(([value, { label }]) => ({ value, label }))}
          value={choice ?? null}
          onChange={(show) => setParameters(deskQuery('reviews', { ...filters, show: show ?? '' }))}
          placeholder="All, those waiting for us first"
          clearable
          clearButtonProps={{ 'aria-label': 'Show all' }}
          flex="1 1 240px"
          maw={{ sm: 340 }}
        />
        <OrganizationFilter
          value={organization}
          onChange={(slug) => setParameters(deskQuery('reviews', { ...filters, organization: slug }))}
        />
      </Group>
      <Panel flush>
        {selected.length > 0 && (
          <div className={classes.selection} role="status">
            <Text size="sm" fw={570}>
              {selected.length === 1 ? '1 approved transfer' : `${selected.length} approved transfers`} chosen
            </Text>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={() => setChosen(new Set())}>
                Choose none
              </Button>
              <Button size="xs" onClick={() => setRecording({ reviews: selected, opened: true })}>
                Record…
              </Button>
            </Group>
          </div>
        )}
        {shown === undefined ? (
          reviews.isError ? (
            <ErrorState error={reviews.error} onRetry={() => reviews.refetch()} />
          ) : (
            <ListSkeleton rows={8} />
          )
        ) : shown.length === 0 ? (
          <EmptyState
            icon={IconScale}
            title={filtered ? 'No transfer matches these filters' : 'No transfers yet'}
            text={
              filtered
                ? 'Try fewer of them.'
                : 'When organisations sell credits to each other, their transfers show here for review.'
            }
            action={
              filtered && (
                <Button variant="default" onClick={() => setParameters(deskQuery('reviews'))}>
                  Clear filters
                </Button>
              )
            }
          />
        ) : (
          <ReviewsTable reviews={shown} chosen={chosen} onChoose={setChosen} />
        )}
        {shown !== undefined && <StaleNotice error={reviews.error} />}
      </Panel>
      <Pager
        label="Pages of reviews"
        token={token}
        nextToken={reviews.data?.nextPageToken ?? ''}
        query={(page) => deskQuery('reviews', { ...filters, page })}
      />
      {recording !== undefined && (
        <LazyDialog opened={recording.opened}>
          {(opened) => (
            <RecordDialog
              reviews={recording.reviews}
              opened={opened}
              onClose={() => setRecording({ ...recording, opened: false })}
              onRecorded={() => setChosen(new Set())}
            />
          )}
        </LazyDialog>
      )}
    </>
  )
}
