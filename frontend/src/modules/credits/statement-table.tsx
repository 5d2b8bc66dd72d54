import type { CreditClass, StatementLine } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Anchor, Table, Text, Tooltip } from '@mantine/core'
import { Link } from 'react-router'
import { formatUtc } from '../../ui/format-time'
import { Tag } from '../../ui/tag'
import { formatAmount, formatChange } from './amount'
import classes from './statement-table.module.css'
import { transactionKindColor, transactionKindLabel } from './transaction-kind'
import { classCode, creditClassOf } from './use-credit-classes'

interface StatementTableProps {
  readonly lines: readonly StatementLine[]
  readonly creditClasses: readonly CreditClass[]
  readonly label: string
}

export function StatementTable({ lines, creditClasses, label }: StatementTableProps) {
  return (
    <Table highlightOnHover aria-label={label} className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th visibleFrom="sm">Time (UTC)</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th visibleFrom="md">Class</Table.Th>
          <Table.Th ta="right">Available</Table.Th>
          <Table.Th ta="right" visibleFrom="lg">
            Balance
          </Table.Th>
          <Table.Th ta="right" visibleFrom="sm">
            Held
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map((line) => (
          <Line
            key={`${line.transaction} ${line.creditClass}`}
            line={line}
            creditClass={creditClassOf(creditClasses, line.creditClass)}
          />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Line({ line, creditClass }: { line: StatementLine; creditClass: CreditClass | undefined }) {
  const decimals = creditClass?.decimals ?? 0
  const name = creditClass?.displayName ?? classCode(line.creditClass)
  const time = line.time === undefined ? '–' : formatUtc(line.time).replace(' UTC', '')
  const detail = [line.description, line.counterparty]
    .filter((part, index, all) => part !== '' && !(index === 1 && all[0]?.includes(part)))
    .join(' · ')
  return (
    <Table.Tr>
      <Table.Td visibleFrom="sm" className={classes.time ?? ''}>
        {time}
      </Table.Td>
      <Table.Td className={classes.what ?? ''}>
        <Tag color={transactionKindColor(line.kind)}>{transactionKindLabel(line.kind)}</Tag>
        <Detail text={detail} reference={line.reference} />
        <Text size="xs" c="dimmed" hiddenFrom="sm" truncate>
          {time}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="md" truncate>
          {name}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Text size="sm" truncate maw={180} title={name}>
          {name}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <Change change={line.availableChange} decimals={decimals} />
        <Text size="xs" c="dimmed" hiddenFrom="lg" className={classes.after ?? ''}>
          {formatAmount(line.availableAfter, decimals)}
        </Text>
      </Table.Td>
      <Table.Td ta="right" visibleFrom="lg" className={classes.after ?? ''}>
        {formatAmount(line.availableAfter, decimals)}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="sm">
        <Change change={line.heldChange} decimals={decimals} plain />
        <Text size="xs" c="dimmed" className={classes.after ?? ''}>
          {formatAmount(line.heldAfter, decimals)}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}

/** What the line is about; leads to the job or the transfer. */
function Detail({ text, reference }: { text: string; reference: string }) {
  const about = /^organizations\/([^/]+\/(?:jobs|transfers)\/[^/]+)$/.exec(reference)?.[1]
  if (about !== undefined) {
    const shown = text === '' ? about.slice(about.indexOf('/') + 1) : text
    return (
      <Anchor
        component={Link}
        to={`/o/${about}`}
        size="sm"
        className={classes.description ?? ''}
        title={shown}
      >
        {shown}
      </Anchor>
    )
  }
  return text === '' ? null : (
    <Text size="sm" component="span" className={classes.description ?? ''} title={text}>
      {text}
    </Text>
  )
}

interface ChangeProps {
  readonly change: bigint
  readonly decimals: number
  /** More is not better: not in the colour of what comes in. */
  readonly plain?: boolean
}

function Change({ change, decimals, plain = false }: ChangeProps) {
  if (change === 0n) {
    return (
      <Tooltip label="Unchanged">
        <Text component="span" size="sm" c="dimmed">
          –
        </Text>
      </Tooltip>
    )
  }
  return (
    <span className={classes.change} data-direction={change > 0n && !plain ? 'in' : 'out'}>
      {formatChange(change, decimals)}
    </span>
  )
}
