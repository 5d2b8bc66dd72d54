import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Text } from '@mantine/core'
import { Panel } from '../../ui/panel'
import { formatAmount, formatTotalPrice, parseAmount, parsePrice } from './amount'
import type { Draft } from './proposal'
import classes from './proposal-summary.module.css'

interface ProposalSummaryProps {
  readonly draft: Draft
  readonly partner: string
  readonly creditClass: CreditClass | undefined
  /** Of the class, what the organisation has now; undefined while it is not known. */
  readonly available: bigint | undefined
}

/** What the proposal comes to, as it is typed. */
export function ProposalSummary({ draft, partner, creditClass, available }: ProposalSummaryProps) {
  const sells = draft.direction === 'TRANSFER_DIRECTION_SELL'
  const decimals = creditClass?.decimals ?? 0
  const amount = creditClass === undefined ? undefined : parseAmount(draft.amount, decimals).amount
  const price = draft.category === 'TRADE_CATEGORY_GIFT' ? 0n : parsePrice(draft.price).amount
  const after =
    available === undefined || amount === undefined
      ? undefined
      : sells
        ? available - amount
        : available + amount
  return (
    <div className={classes.summary}>
      <Panel title="In sum">
        <Text size="sm" c="dimmed">
          {sells ? 'You sell' : 'You buy'}
          {partner !== '' && ` ${sells ? 'to' : 'from'} ${partner}`}
        </Text>
        <div className={classes.figure} data-testid="proposal-amount">
          {amount === undefined ? '–' : formatAmount(amount, decimals)}
        </div>
        <Text size="sm" c="dimmed">
          {creditClass?.displayName ?? 'No class chosen'}
        </Text>
        <dl className={classes.list}>
          <dt>{sells ? 'You are paid' : 'You pay'}</dt>
          <dd>
            {amount === undefined || price === undefined
              ? '–'
              : price === 0n
                ? 'Nothing'
                : formatTotalPrice(amount, decimals, price, draft.currency)}
          </dd>
          <dt>Available now</dt>
          <dd data-testid="available-now">
            {available === undefined ? '–' : formatAmount(available, decimals)}
          </dd>
          <dt>{sells ? 'Available after' : 'Available once recorded'}</dt>
          <dd data-short={(after !== undefined && after < 0n) || undefined}>
            {after === undefined ? '–' : formatAmount(after, decimals)}
          </dd>
        </dl>
        <Text size="xs" c="dimmed" mt="md">
          {sells
            ? 'The credits are set aside as soon as you propose, and given back if the transfer does not come about.'
            : 'Nothing is set aside before the seller accepts.'}{' '}
          The operator decides on every transfer. The money changes hands outside of Fairlead.
        </Text>
      </Panel>
    </div>
  )
}
