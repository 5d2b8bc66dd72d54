import type { Balance, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Button } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { formatAmount } from './amount'
import classes from './balance-card.module.css'
import { ClassValidity } from './class-validity'
import { isLow } from './is-low'
import { unitText } from './unit-text'

interface BalanceCardProps {
  readonly balance: Balance
  readonly creditClass: CreditClass
  /** Undefined when the caller may not. */
  readonly onSetLow: (() => void) | undefined
}

export function BalanceCard({ balance, creditClass, onSetLow }: BalanceCardProps) {
  const { decimals } = creditClass
  const { available, heldForJobs, heldForTransfers, lowBalance } = balance
  const parts = [
    { part: 'jobs', label: 'Held for jobs', amount: heldForJobs, color: 'var(--mantine-color-yellow-6)' },
    {
      part: 'transfers',
      label: 'Held for transfers',
      amount: heldForTransfers,
      color: 'var(--mantine-color-grape-5)',
    },
  ]
  const low = isLow(balance)
  return (
    <section className={classes.card} aria-label={creditClass.displayName}>
      <div className={classes.head}>
        <h2 className={classes.name}>{creditClass.displayName}</h2>
        <ClassValidity creditClass={creditClass} />
      </div>
      <div className={classes.available}>
        <span data-testid="available">{formatAmount(available, decimals)}</span>
        <span className={classes.unit}>{unitText(creditClass.unit)} available</span>
      </div>
      <div className={classes.bar} aria-hidden>
        {available > 0n && <span data-part="available" style={{ flexGrow: share(available, balance) }} />}
        {parts.map(
          ({ part, amount }) =>
            amount > 0n && <span key={part} data-part={part} style={{ flexGrow: share(amount, balance) }} />,
        )}
      </div>
      <dl className={classes.legend}>
        {parts.map(({ part, label, amount, color }) => (
          <LegendEntry key={part} label={label} color={color} text={formatAmount(amount, decimals)} />
        ))}
      </dl>
      <div className={classes.foot}>
        <span className={low ? classes.low : undefined}>
          {lowBalance === 0n
            ? 'No warning set'
            : low
              ? `Low: below ${formatAmount(lowBalance, decimals)}`
              : `Warns below ${formatAmount(lowBalance, decimals)}`}
        </span>
        {onSetLow !== undefined && (
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconBell size={14} aria-hidden />}
            onClick={onSetLow}
            aria-label={`${lowBalance === 0n ? 'Set' : 'Change'} the warning for ${creditClass.displayName}`}
          >
            {lowBalance === 0n ? 'Set' : 'Change'}
          </Button>
        )}
      </div>
    </section>
  )
}

function LegendEntry({ label, color, text }: { label: string; color: string; text: string }) {
  return (
    <>
      <dt style={{ '--part': color }}>{label}</dt>
      <dd>{text}</dd>
    </>
  )
}

/** Of all that the organisation has of the class, in thousandths. */
function share(amount: bigint, { available, held }: Balance): number {
  const all = available + held
  return all === 0n ? 0 : Number((amount * 1000n) / all)
}
