import { Anchor } from '@mantine/core'
import { Link, useParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { Tag } from '../../../ui/tag'
import { StaleNotice } from '../../operations/stale-notice'
import { AmountText } from '../amount-text'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { deskPath } from './desk-address'
import { DeskSubtitle } from './desk-subtitle'
import { OperatorOnly } from './operator-only'
import { PartyComparison } from './party-comparison'
import { ReviewComments } from './review-comments'
import { ReviewDecisionPanel } from './review-decision-panel'
import { ReviewFacts } from './review-facts'
import { ReviewHistory } from './review-history'
import { useReview } from './review-queries'
import { stateWords } from './review-state'
import { useDeskRights } from './use-desk-rights'

/** One transfer under review: both parties side by side, what was said, and the caller's decision. */
export default function ReviewPage() {
  const { review: id = '' } = useParams()
  const rights = useDeskRights()
  if (rights.observe === undefined) return <ListSkeleton rows={8} />
  return rights.observe ? <ReviewContent name={`transferReviews/${id}`} /> : <OperatorOnly />
}

function ReviewContent({ name }: { name: string }) {
  const reading = useReview(name)
  const review = reading.data
  const transfer = review?.transfer
  if (review === undefined || transfer === undefined) {
    return (
      <>
        <PageHeader
          title="Review of a transfer"
          subtitle={<DeskSubtitle to={deskPath('reviews')} label="Reviews" />}
        />
        <Panel>
          {reading.isError ? (
            <ErrorState
              error={reading.error}
              {...(toApiError(reading.error).transient ? { onRetry: () => reading.refetch() } : {})}
              action={
                <Anchor component={Link} to="/credits">
                  Back to the reviews
                </Anchor>
              }
            />
          ) : (
            <ListSkeleton rows={8} />
          )}
        </Panel>
      </>
    )
  }
  const { label, color } = stateWords(review.state)
  return (
    <>
      <PageHeader
        title={`${transfer.sellerDisplayName} → ${transfer.buyerDisplayName}`}
        subtitle={
          <DeskSubtitle to={deskPath('reviews')} label="Reviews">
            <span>
              <AmountText amount={transfer.amount} creditClass={transfer.creditClass} /> of{' '}
              <ClassLabel name={transfer.creditClass} />
            </span>
            <Tag color={color}>{label}</Tag>
          </DeskSubtitle>
        }
      />
      <div className={classes.columns}>
        <div className={classes.column}>
          <ReviewDecisionPanel review={review} transfer={transfer} />
          <PartyComparison review={review} transfer={transfer} />
          <ReviewComments review={review} />
        </div>
        <div className={classes.column}>
          <ReviewFacts transfer={transfer} />
          <ReviewHistory steps={review.steps} />
        </div>
      </div>
      <StaleNotice error={reading.error} />
    </>
  )
}
