import type { Review, ReviewAction } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Button, Group, Stack, Text } from '@mantine/core'
import { IconUserOff } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { formatUtc } from '../../../ui/format-time'
import { Notice } from '../../../ui/notice'
import { notifySuccess } from '../../../ui/notify'
import { Panel } from '../../../ui/panel'
import { AmountText } from '../amount-text'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { ReasonDialog } from './reason-dialog'
import { type ReviewDecision, useDecideReview } from './review-queries'
import { stateWords, turnOf } from './review-state'
import { lastRecommendation, stepWords } from './review-step'
import { useDeskRights } from './use-desk-rights'
import { WaitingTime } from './waiting-time'

interface ReviewDecisionPanelProps {
  readonly review: Review
  readonly transfer: Transfer
}

type Asked = 'recommend approval' | 'recommend rejection' | 'approve' | 'decline' | 'record'

const actionOf: Readonly<Record<Asked, ReviewAction>> = {
  'recommend approval': 'REVIEW_ACTION_RECOMMEND_APPROVAL',
  'recommend rejection': 'REVIEW_ACTION_RECOMMEND_REJECTION',
  approve: 'REVIEW_ACTION_APPROVE',
  decline: 'REVIEW_ACTION_DECLINE',
  record: 'REVIEW_ACTION_RECORD',
}

/** Whose turn it is, and what the caller can do about it. */
export function ReviewDecisionPanel({ review, transfer }: ReviewDecisionPanelProps) {
  const rights = useDeskRights()
  const decide = useDecideReview(review)
  const [asked, setAsked] = useState<Asked>()
  // Kept while the dialog closes.
  const [last, setLast] = useState<Asked>('approve')
  const may = (one: Asked) => review.actions.includes(actionOf[one])
  const ask = (one: Asked) => {
    decide.reset()
    setLast(one)
    setAsked(one)
  }
  const { turn } = stateWords(review.state)
  const advice = lastRecommendation(review.steps)
  const credits = (
    <>
      <strong>
        <AmountText amount={transfer.amount} creditClass={transfer.creditClass} />
      </strong>{' '}
      of <ClassLabel name={transfer.creditClass} />
    </>
  )
  const { seller, buyer } = { seller: transfer.sellerDisplayName, buyer: transfer.buyerDisplayName }
  const proposedOnly =
    (turn === 'analyst' && !rights.recommend) || (turn === 'director' && !rights.approve && !rights.recommend)

  const dialogs: Readonly<Record<Asked, DialogWords>> = {
    'recommend approval': {
      title: 'Recommend approval?',
      text: 'A director decides, and reads your advice. Neither side ever sees it.',
      reason: { description: 'The operator’s people alone read it.', maxLength: 2000 },
      confirm: 'Recommend approval',
      done: 'Approval recommended',
      decision: (reason) => ({ kind: 'recommend', approval: true, reason }),
    },
    'recommend rejection': {
      title: 'Recommend rejection?',
      text: 'A director decides, and reads your advice. Neither side ever sees it.',
      reason: { description: 'The operator’s people alone read it.', maxLength: 2000 },
      confirm: 'Recommend rejection',
      color: 'orange.8',
      done: 'Rejection recommended',
      decision: (reason) => ({ kind: 'recommend', approval: false, reason }),
    },
    approve: {
      title: 'Approve this transfer?',
      text: (
        <>
          {credits} go from <strong>{seller}</strong> to <strong>{buyer}</strong>{' '}
          {transfer.effectiveDate === ''
            ? 'at once'
            : `on ${transfer.effectiveDate} (UTC), or at once when it has come`}
          .
          {review.state === 'REVIEW_STATE_RECOMMENDED_FOR_REJECTION' && (
            <Text size="sm" mt="sm" className={classes.warning}>
              You decide against the advice of {advice?.userDisplayName ?? 'the analyst'}, who recommended
              rejection.
            </Text>
          )}
        </>
      ),
      confirm: 'Approve',
      done: 'Transfer approved',
      decision: () => ({ kind: 'approve' }),
    },
    decline: {
      title: 'Decline this transfer?',
      text: (
        <>
          It ends, and the held credits are {seller}’s again.
          {review.state === 'REVIEW_STATE_RECOMMENDED_FOR_APPROVAL' && (
            <Text size="sm" mt="sm" className={classes.warning}>
              You decide against the advice of {advice?.userDisplayName ?? 'the analyst'}, who recommended
              approval.
            </Text>
          )}
        </>
      ),
      reason: { description: 'Both sides read it.', maxLength: 1000 },
      confirm: 'Decline',
      color: 'red.8',
      done: 'Transfer declined',
      decision: (reason) => ({ kind: 'decline', reason }),
    },
    record: {
      title: 'Record this transfer now?',
      text: (
        <>
          {credits} become <strong>{buyer}</strong>’s at once
          {transfer.effectiveDate === '' ? '' : `, and not only on ${transfer.effectiveDate}`}.
        </>
      ),
      confirm: 'Record now',
      done: 'Transfer recorded',
      decision: () => ({ kind: 'record' }),
    },
  }
  const words = dialogs[last]
  return (
    <Panel
      title={turn === undefined ? 'Outcome' : turnOf(review)}
      actions={
        turn !== undefined && (
          <Text size="sm" c="dimmed">
            waiting <WaitingTime since={review.waitTime ?? transfer.updateTime} />
          </Text>
        )
      }
    >
      <Stack gap="sm">
        <Text size="sm">{situation(review, transfer)}</Text>
        {advice !== undefined && (
          <div className={classes.comment} data-internal>
            <Text size="sm" fw={600}>
              {advice.userDisplayName} {stepWords(advice.action).toLowerCase()}
            </Text>
            {advice.reason !== '' && (
              <Text size="sm" className={classes.preserved} mt={2}>
                {advice.reason}
              </Text>
            )}
            <Text size="xs" c="dimmed" mt={4}>
              {turn === undefined || turn === 'recording'
                ? 'Internal: neither side sees it.'
                : 'Internal: neither side sees that there is advice at all.'}
            </Text>
          </div>
        )}
        {review.barredReason !== '' && (
          <Notice color="yellow" icon={IconUserOff} title="Somebody else has to decide">
            {review.barredReason}
          </Notice>
        )}
        {proposedOnly && review.barredReason === '' && (
          <Text size="sm" c="dimmed">
            Your role sees this, and does not decide it.
          </Text>
        )}
        <Group gap="xs">
          {may('approve') && <Button onClick={() => ask('approve')}>Approve…</Button>}
          {may('decline') && (
            <Button color="red.8" variant="outline" onClick={() => ask('decline')}>
              Decline…
            </Button>
          )}
          {may('recommend approval') && (
            <Button
              variant={turn === 'analyst' ? 'filled' : 'default'}
              onClick={() => ask('recommend approval')}
            >
              {turn === 'analyst' ? 'Recommend approval…' : 'Recommend approval instead…'}
            </Button>
          )}
          {may('recommend rejection') && (
            <Button variant="default" onClick={() => ask('recommend rejection')}>
              {turn === 'analyst' ? 'Recommend rejection…' : 'Recommend rejection instead…'}
            </Button>
          )}
          {may('record') && <Button onClick={() => ask('record')}>Record now…</Button>}
        </Group>
      </Stack>
      <ReasonDialog
        opened={asked !== undefined}
        title={words.title}
        text={words.text}
        confirm={words.confirm}
        {...(words.reason === undefined ? {} : { reason: words.reason })}
        {...(words.color === undefined ? {} : { color: words.color })}
        pending={decide.isPending}
        error={decide.error}
        onConfirm={(reason) =>
          decide.mutate(words.decision(reason), {
            onSuccess: () => {
              notifySuccess(words.done, `${seller} → ${buyer}`)
              setAsked(undefined)
            },
          })
        }
        onClose={() => setAsked(undefined)}
      />
    </Panel>
  )
}

interface DialogWords {
  readonly title: string
  readonly text: ReactNode
  readonly reason?: { readonly description: string; readonly maxLength: number }
  readonly confirm: string
  readonly color?: string
  /** Said when it is done. */
  readonly done: string
  readonly decision: (reason: string) => ReviewDecision
}

/** What the state means for the people at the desk. */
function situation(review: Review, transfer: Transfer): string {
  const partner =
    transfer.direction === 'TRANSFER_DIRECTION_BUY' ? transfer.sellerDisplayName : transfer.buyerDisplayName
  switch (review.state) {
    case 'REVIEW_STATE_PROPOSED':
      return `${partner} has not answered yet${transfer.expireTime === undefined ? '' : `, and can until ${formatUtc(transfer.expireTime)}`}. There is nothing to do for the operator.`
    case 'REVIEW_STATE_ACCEPTED':
      return 'Both sides agree. An analyst recommends its approval or its rejection to a director.'
    case 'REVIEW_STATE_RECOMMENDED_FOR_APPROVAL':
    case 'REVIEW_STATE_RECOMMENDED_FOR_REJECTION':
      return 'A director approves or declines, whatever the advice. Both sides see that it is with the operator.'
    case 'REVIEW_STATE_APPROVED':
      return transfer.effectiveDate === ''
        ? 'It is approved, and is recorded in a moment.'
        : `It is approved, and is recorded by itself on ${transfer.effectiveDate} (UTC).`
    case 'REVIEW_STATE_RECORDED':
      return `The credits are ${transfer.buyerDisplayName}’s${transfer.recordTime === undefined ? '' : ` since ${formatUtc(transfer.recordTime)}`}.`
    case 'REVIEW_STATE_DECLINED':
      return 'The operator declined it. The held credits are the seller’s again.'
    case 'REVIEW_STATE_REFUSED':
      return `${partner} refused it.`
    case 'REVIEW_STATE_RESCINDED':
      return 'One of the sides took it back.'
    case 'REVIEW_STATE_EXPIRED':
      return review.steps.some(({ action }) => action === 'accept')
        ? 'Its class of credits was over before it was recorded. The held credits are the seller’s again.'
        : `${partner} did not accept it in time.`
    default:
      return 'Its state is unknown.'
  }
}
