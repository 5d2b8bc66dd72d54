import type { Transaction } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { Anchor, Button, Text, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconArrowBackUp } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { Copyable } from '../../../ui/copyable'
import { ErrorState } from '../../../ui/error-state'
import { Facts } from '../../../ui/facts'
import { formatUtc } from '../../../ui/format-time'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Notice } from '../../../ui/notice'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { Tag } from '../../../ui/tag'
import { AmountText } from '../amount-text'
import { transactionKindColor, transactionKindLabel } from '../transaction-kind'
import { asSentence } from './as-sentence'
import { ClassLabel } from './class-label'
import classes from './desk.module.css'
import { deskPath } from './desk-address'
import { idOf, transactionPath } from './desk-links'
import { DeskSubtitle } from './desk-subtitle'
import { useLedgerState, useTransaction } from './ledger-queries'
import { OperatorOnly } from './operator-only'
import { PostingsTable } from './postings-table'
import { ReferenceLink } from './reference-link'
import { flowOf, whyNotReversible } from './transaction-flow'
import { useDeskRights } from './use-desk-rights'

/** One transaction with its postings and its seal. */
export default function TransactionPage() {
  const { transaction: id = '' } = useParams()
  const rights = useDeskRights()
  if (rights.observe === undefined) return <ListSkeleton rows={8} />
  return rights.observe ? (
    <TransactionContent name={`creditTransactions/${id}`} mayBook={rights.book} />
  ) : (
    <OperatorOnly />
  )
}

function TransactionContent({ name, mayBook }: { name: string; mayBook: boolean }) {
  const reading = useTransaction(name)
  const transaction = reading.data
  if (transaction === undefined) {
    return (
      <>
        <PageHeader title="Transaction" subtitle={<DeskSubtitle to={deskPath('ledger')} label="Ledger" />} />
        <Panel>
          {reading.isError ? (
            <ErrorState
              error={reading.error}
              {...(toApiError(reading.error).transient ? { onRetry: () => reading.refetch() } : {})}
            />
          ) : (
            <ListSkeleton rows={6} />
          )}
        </Panel>
      </>
    )
  }
  const { from, to, amount } = flowOf(transaction)
  return (
    <>
      <PageHeader
        title={`${from} → ${to}`}
        subtitle={
          <DeskSubtitle to={deskPath('ledger')} label="Ledger">
            <span>
              <AmountText amount={amount} creditClass={transaction.creditClass} /> of{' '}
              <ClassLabel name={transaction.creditClass} />
            </span>
            <Tag color={transactionKindColor(transaction.kind)}>{transactionKindLabel(transaction.kind)}</Tag>
          </DeskSubtitle>
        }
        actions={mayBook && <ReverseButton transaction={transaction} />}
      />
      <BrokenNotice name={name} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <Panel title="Postings" flush>
            <PostingsTable postings={transaction.postings} creditClass={transaction.creditClass} />
            <Text size="xs" c="dimmed" px="md" py={8}>
              They sum to zero.
            </Text>
          </Panel>
          {Object.keys(transaction.metadata).length > 0 && (
            <Panel title="Metadata">
              <Facts entries={Object.entries(transaction.metadata)} />
            </Panel>
          )}
        </div>
        <div className={classes.column}>
          <Panel title="Facts">
            <Facts entries={factsOf(transaction)} />
          </Panel>
          <Panel title="Seal">
            <Facts entries={sealOf(transaction)} />
          </Panel>
        </div>
      </div>
    </>
  )
}

function ReverseButton({ transaction }: { transaction: Transaction }) {
  const obstacle = whyNotReversible(transaction)
  const icon = <IconArrowBackUp size={16} aria-hidden />
  if (obstacle !== undefined) {
    return (
      <Tooltip label={obstacle}>
        {/* Reachable, so that why it cannot be used is read out too. */}
        <Button
          variant="default"
          leftSection={icon}
          data-disabled
          aria-disabled
          onClick={(event) => event.preventDefault()}
        >
          Reverse
        </Button>
      </Tooltip>
    )
  }
  return (
    <Button
      component={Link}
      to={`/credits/bookings/new?transaction=${idOf(transaction.name)}`}
      variant="default"
      leftSection={icon}
    >
      Reverse…
    </Button>
  )
}

/** Says it where the last verification broke off at this very transaction. */
function BrokenNotice({ name }: { name: string }) {
  const verification = useLedgerState().data?.verification
  if (verification?.outcome !== 'VERIFICATION_OUTCOME_BROKEN' || verification.firstBroken !== name)
    return null
  return (
    <div style={{ marginBottom: 16 }}>
      <Notice color="red" icon={IconAlertTriangle} title="This is the first transaction that is broken">
        {asSentence(verification.message)}
      </Notice>
    </div>
  )
}

function factsOf(transaction: Transaction): (readonly [string, ReactNode])[] {
  const other = (name: string) => (
    <Anchor component={Link} to={transactionPath(name)} inherit>
      Transaction {name.slice(-8)}
    </Anchor>
  )
  return [
    ['Time', transaction.time === undefined ? '–' : formatUtc(transaction.time)],
    ['Description', transaction.description || '–'],
    ['For', <ReferenceLink key="for" reference={transaction.reference} />],
    ['Caused by', transaction.actorDisplayName || 'the system'],
    ...(transaction.reverses === '' ? [] : ([['Undoes', other(transaction.reverses)]] as const)),
    ...(transaction.reversedBy === '' ? [] : ([['Undone by', other(transaction.reversedBy)]] as const)),
    ['ID', <Copyable key="id" value={idOf(transaction.name)} what="transaction ID" />],
  ]
}

function sealOf(transaction: Transaction): (readonly [string, ReactNode])[] {
  if (transaction.sealNumber === 0n) return [['Number', 'Not sealed yet; a worker does within moments.']]
  return [
    ['Number', transaction.sealNumber.toLocaleString('en')],
    [
      'SHA-256',
      <Copyable
        key="hash"
        value={transaction.sealHash}
        shown={transaction.sealHash}
        what="hash of the seal"
      />,
    ],
  ]
}
