import { formatAmount, formatChange } from './amount'
import { creditClassOf, useCreditClasses } from './use-credit-classes'

interface AmountTextProps {
  /** In the smallest unit of the class. */
  readonly amount: bigint
  /** "creditClasses/{code}" */
  readonly creditClass: string
  /** Shown with its direction, as a change is. */
  readonly signed?: boolean
}

/** An amount with the decimals of its class; nothing wrong is shown while the classes load. */
export function AmountText({ amount, creditClass, signed = false }: AmountTextProps) {
  const classes = useCreditClasses()
  const known = creditClassOf(classes.data, creditClass)
  if (known === undefined) return <span className="numeric">…</span>
  const format = signed ? formatChange : formatAmount
  return (
    <span className="numeric" style={{ whiteSpace: 'nowrap' }}>
      {format(amount, known.decimals)}
    </span>
  )
}
