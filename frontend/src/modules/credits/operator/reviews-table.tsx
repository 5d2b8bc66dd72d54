import type { Review } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { Checkbox, Table, Text, VisuallyHidden } from '@mantine/core'
import { Link } from 'react-router'
import { RelativeTime } from '../../../ui/relative-time'
import { Tag } from '../../../ui/tag'
import { formatPrice } from '../amount'
import { AmountText } from '../amount-text'
import { ClassNote } from './class-note'
import classes from './desk.module.css'
import { reviewPath } from './desk-links'
import { isCallersTurn, stateWords, turnOf, waitsForOperator } from './review-state'
import { WaitingTime } from './waiting-time'

interface ReviewsTableProps {
  readonly reviews: readonly Review[]
  /** Names of the reviews that are chosen to be recorded together. */
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (chosen: ReadonlySet<string>) => void
}

export function isRecordable({ actions }: Pick<Review, 'actions'>): boolean {
  return actions.includes('REVIEW_ACTION_RECORD')
}

export function ReviewsTable({ reviews, chosen, onChoose }: ReviewsTableProps) {
  const recordable = reviews.filter(isRecordable)
  const chosenHere = recordable.filter(({ name }) => chosen.has(name))
  return (
    <Table fz="sm" aria-label="Reviews">
      <Table.Thead>
        <Table.Tr>
          {recordable.length > 0 && (
            <Table.Th w={40} pr={0}>
              <Checkbox
                size="xs"
                aria-label="Choose all approved transfers"
                checked={chosenHere.length === recordable.length}
                indeterminate={chosenHere.length > 0 && chosenHere.length < recordable.length}
                onChange={(event) =>
                  onChoose(new Set(event.currentTarget.checked ? recordable.map(({ name }) => name) : []))
                }
              />
            </Table.Th>
          )}
          <Table.Th>Transfer</Table.Th>
          <Table.Th ta="right">Credits</Table.Th>
          <Table.Th ta="right" visibleFrom="md">
            Price of one
          </Table.Th>
          <Table.Th visibleFrom="sm">State</Table.Th>
          <Table.Th visibleFrom="sm">Waiting</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {reviews.map((review) => (
          <ReviewRow
            key={review.name}
            review={review}
            choosing={recordable.length > 0}
            chosen={chosen.has(review.name)}
            onChoose={(checked) => {
              const next = new Set(chosen)
              if (checked) next.add(review.name)
              else next.delete(review.name)
              onChoose(next)
            }}
          />
        ))}
      </Table.Tbody>
    </Table>
  )
}

interface ReviewRowProps {
  readonly review: Review
  /** Whether rows have a column to be chosen in. */
  readonly choosing: boolean
  readonly chosen: boolean
  readonly onChoose: (chosen: boolean) => void
}

function ReviewRow({ review, choosing, chosen, onChoose }: ReviewRowProps) {
  const { transfer } = review
  if (transfer === undefined) return null
  const { label, color } = stateWords(review.state)
  const title = `${transfer.sellerDisplayName} → ${transfer.buyerDisplayName}`
  const turn = turnOf(review)
  const waiting = waitsForOperator(review.state)
  const since = waiting ? (
    <Text span inherit fw={570}>
      <WaitingTime since={review.waitTime} />
    </Text>
  ) : turn === '' ? (
    <Text span inherit c="dimmed">
      ended <RelativeTime time={transfer.updateTime} />
    </Text>
  ) : (
    <Text span inherit c="dimmed">
      <WaitingTime since={review.waitTime ?? transfer.updateTime} />
    </Text>
  )
  return (
    <Table.Tr className={classes.row} data-chosen={chosen || undefined}>
      {choosing && (
        <Table.Td pr={0}>
          {isRecordable(review) && (
            <Checkbox
              size="xs"
              className={classes.above ?? ''}
              aria-label={`Choose ${title}`}
              checked={chosen}
              onChange={(event) => onChoose(event.currentTarget.checked)}
            />
          )}
        </Table.Td>
      )}
      <Table.Td className={classes.name}>
        <Link className={classes.link} to={reviewPath(review.name)} title={title}>
          {transfer.sellerDisplayName} <VisuallyHidden>sells to</VisuallyHidden>
          <span aria-hidden>→</span> {transfer.buyerDisplayName}
        </Link>
        <Text size="xs" c="dimmed" truncate>
          {transfer.direction === 'TRANSFER_DIRECTION_BUY'
            ? 'Asked for by the buyer'
            : 'Offered by the seller'}
          {review.recommenderDisplayName !== '' && ` · reviewed by ${review.recommenderDisplayName}`}
        </Text>
        <Text size="xs" hiddenFrom="sm" mt={4} component="div">
          <Tag color={color}>{label}</Tag> {turn !== '' && `${turn} · `}
          {since}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className={classes.tight}>
        <AmountText amount={transfer.amount} creditClass={transfer.creditClass} />
        <ClassNote name={transfer.creditClass} />
      </Table.Td>
      <Table.Td ta="right" visibleFrom="md" className={classes.tight}>
        {transfer.category === 'TRADE_CATEGORY_GIFT'
          ? 'Gift'
          : formatPrice(transfer.pricePerCreditMicros, transfer.currencyCode)}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.tight}>
        <Tag color={color}>{label}</Tag>
        {turn !== '' && (
          <Text size="xs" c="dimmed" mt={2}>
            {turn}
            {isCallersTurn(review) && (
              <Text span inherit fw={620} c="var(--mantine-color-text)">
                {' · yours'}
              </Text>
            )}
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.tight}>
        {since}
      </Table.Td>
    </Table.Tr>
  )
}
