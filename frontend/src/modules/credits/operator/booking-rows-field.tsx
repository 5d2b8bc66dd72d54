import type { BookingKind } from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import { ActionIcon, Button, Group, Select, Text, TextInput, Tooltip } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useRef } from 'react'
import type { FieldViolation } from '../../../app/api-error'
import { useEveryOrganization } from '../../notifications/announcement-queries'
import { formatAmount } from '../amount'
import { AmountText } from '../amount-text'
import { creditClassOf, isUsable, useCreditClasses } from '../use-credit-classes'
import {
  draftTotals,
  emptyRow,
  maximumRows,
  type RowColumn,
  type RowDraft,
  rowAmount,
  rowProblems,
  serverRowProblem,
} from './booking-draft'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { idOf } from './desk-links'
import { useAccounts } from './ledger-queries'

interface BookingRowsFieldProps {
  readonly kind: BookingKind
  readonly rows: readonly RowDraft[]
  /** Whether problems are told yet. */
  readonly judged: boolean
  readonly violations: readonly FieldViolation[]
  readonly onChange: (rows: readonly RowDraft[]) => void
}

/** Rows that are typed, with what they come to. */
export function BookingRowsField({ kind, rows, judged, violations, onChange }: BookingRowsFieldProps) {
  const creditClasses = useCreditClasses().data
  const nextKey = useRef(rows.length)
  const totals = draftTotals(rows, kind, creditClasses)
  const add = () => {
    const last = rows.at(-1)
    onChange([...rows, emptyRow(nextKey.current++, last?.creditClass ?? '')])
  }
  return (
    <>
      {rows.map((row, index) => (
        <Row
          key={row.key}
          kind={kind}
          row={row}
          number={index + 1}
          problemWith={(column) =>
            serverRowProblem(violations, index, column) ??
            (judged ? rowProblems(row, kind, creditClasses)[column] : undefined)
          }
          onChange={(changed) => onChange(rows.with(index, { ...row, ...changed }))}
          onRemove={rows.length > 1 ? () => onChange(rows.filter((one) => one !== row)) : undefined}
        />
      ))}
      <Group justify="space-between" mt="md" gap="sm" align="flex-start">
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={rows.length >= maximumRows}
          onClick={add}
        >
          Another row
        </Button>
        {totals.length > 0 && (
          <Text size="sm" ta="right" component="div" role="status">
            {totals.map(({ creditClass, amount }) => (
              <div key={creditClass}>
                <Text span inherit c="dimmed">
                  Together, <ClassLabel name={creditClass} />:
                </Text>{' '}
                <strong>
                  <AmountText
                    signed
                    amount={kind === 'BOOKING_KIND_REDUCTION' ? -amount : amount}
                    creditClass={creditClass}
                  />
                </strong>
              </div>
            ))}
          </Text>
        )}
      </Group>
      {rows.length >= maximumRows && (
        <Text size="sm" c="dimmed" mt={6}>
          More than {maximumRows} rows come as a file.
        </Text>
      )}
    </>
  )
}

interface RowProps {
  readonly kind: BookingKind
  readonly row: RowDraft
  readonly number: number
  readonly problemWith: (column: RowColumn) => string | undefined
  readonly onChange: (changed: Partial<RowDraft>) => void
  /** Undefined for the only row. */
  readonly onRemove: (() => void) | undefined
}

function Row({ kind, row, number, problemWith, onChange, onRemove }: RowProps) {
  const organizations = useEveryOrganization()
  const creditClasses = useCreditClasses().data
  // Nothing new is issued in a class that is over; what there is can still be taken or corrected.
  const giving = kind === 'BOOKING_KIND_ISSUANCE' || kind === 'BOOKING_KIND_AWARD'
  const offered = (creditClasses ?? []).filter((one) => !giving || isUsable(one))
  return (
    <fieldset
      className={classes.entry}
      style={{ border: 0, padding: 0, marginInline: 0 }}
      aria-label={`Row ${number}`}
    >
      <div>
        <Select
          label="Organisation"
          searchable
          placeholder={organizations.isPending ? 'Loading…' : 'Choose'}
          nothingFoundMessage="No such organisation"
          data={(organizations.data ?? []).map(({ name, displayName }) => ({
            value: name,
            label: displayName,
          }))}
          value={row.organization === '' ? null : row.organization}
          error={problemWith('organization')}
          onChange={(organization) => onChange({ organization: organization ?? '' })}
        />
        <HasNow kind={kind} row={row} />
      </div>
      <Select
        label="Class"
        placeholder="Choose"
        data={offered.map(({ name, displayName }) => ({ value: name, label: displayName }))}
        value={offered.some(({ name }) => name === row.creditClass) ? row.creditClass : null}
        error={problemWith('credit_class')}
        onChange={(creditClass) => onChange({ creditClass: creditClass ?? '' })}
      />
      <TextInput
        label={kind === 'BOOKING_KIND_REDUCTION' ? 'Amount to take' : 'Amount'}
        inputMode={kind === 'BOOKING_KIND_ADJUSTMENT' ? 'text' : 'decimal'}
        autoComplete="off"
        value={row.amount}
        error={problemWith('amount')}
        onChange={(event) => onChange({ amount: event.currentTarget.value })}
        styles={{ input: { textAlign: 'right', fontVariantNumeric: 'tabular-nums' } }}
      />
      <TextInput
        label="Reference"
        placeholder="Optional"
        autoComplete="off"
        maxLength={200}
        value={row.reference}
        error={problemWith('reference')}
        onChange={(event) => onChange({ reference: event.currentTarget.value })}
      />
      <Tooltip label="Remove the row">
        <ActionIcon
          mt={27}
          aria-label={`Remove row ${number}`}
          disabled={onRemove === undefined}
          onClick={onRemove}
        >
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </fieldset>
  )
}

/** What the organisation has available of the class, and what would be short of the row. */
function HasNow({ kind, row }: { kind: BookingKind; row: RowDraft }) {
  const creditClasses = useCreditClasses().data
  const known = creditClassOf(creditClasses, row.creditClass)
  const wanted = row.organization !== '' && known !== undefined
  const accounts = useAccounts(
    { creditClass: row.creditClass, organization: idOf(row.organization) },
    '',
    50,
    wanted,
  )
  const [account] = accounts.data?.accounts ?? []
  if (!wanted || accounts.data === undefined || accounts.isPlaceholderData) return null
  const available = account?.balance?.available ?? 0n
  const parsed = rowAmount(row, kind, creditClasses)
  const change =
    parsed.problem !== undefined ? 0n : kind === 'BOOKING_KIND_REDUCTION' ? -parsed.amount : parsed.amount
  const short = available + change < 0n ? -(available + change) : 0n
  return (
    <Text size="xs" c="dimmed" mt={4}>
      Has {formatAmount(available, known.decimals)} available.
      {short > 0n && (
        <span className={classes.warning}>
          {' '}
          {kind === 'BOOKING_KIND_REDUCTION'
            ? `${formatAmount(short, known.decimals)} would stay as its deficit.`
            : `${formatAmount(short, known.decimals)} too little.`}
        </span>
      )}
    </Text>
  )
}
