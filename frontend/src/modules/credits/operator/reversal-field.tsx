import { Anchor, Stack, Text, TextInput } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Link } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { formatUtc } from '../../../ui/format-time'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Notice } from '../../../ui/notice'
import { Panel } from '../../../ui/panel'
import { transactionKindLabel } from '../transaction-kind'
import { ClassLabel } from './class-label'
import { transactionPath } from './desk-links'
import { useTransaction } from './ledger-queries'
import { PostingsTable } from './postings-table'
import { whyNotReversible } from './transaction-flow'

interface ReversalFieldProps {
  readonly typed: string
  /** "creditTransactions/{uuid}"; empty while what is typed is none. */
  readonly name: string
  readonly problem: string | undefined
  readonly onChange: (typed: string) => void
}

/** The transaction to undo, with what its reversal would book. */
export function ReversalField({ typed, name, problem, onChange }: ReversalFieldProps) {
  return (
    <Panel title="Transaction to undo">
      <Stack gap="md">
        <TextInput
          label="Transaction"
          description="Its ID, or the address of its page"
          required
          maw={640}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          error={problem}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        {name !== '' && <Preview name={name} />}
      </Stack>
    </Panel>
  )
}

function Preview({ name }: { name: string }) {
  const { data: transaction, error } = useTransaction(name)
  if (transaction === undefined) {
    if (error === null) return <ListSkeleton rows={3} />
    return (
      <Notice color="red" icon={IconAlertTriangle} title="This transaction cannot be shown">
        {toApiError(error).message}
      </Notice>
    )
  }
  const obstacle = whyNotReversible(transaction)
  return (
    <>
      <Text size="sm">
        <Anchor component={Link} to={transactionPath(name)} inherit>
          {transactionKindLabel(transaction.kind)}
        </Anchor>
        {transaction.time !== undefined && `, ${formatUtc(transaction.time)}`},{' '}
        <ClassLabel name={transaction.creditClass} />
        {transaction.description !== '' && `: ${transaction.description}`}
      </Text>
      {obstacle !== undefined ? (
        <Notice color="orange" icon={IconAlertTriangle} title="It cannot be undone">
          {obstacle}
        </Notice>
      ) : (
        <div>
          <Text size="sm" c="dimmed">
            Its reversal books:
          </Text>
          <PostingsTable opposite postings={transaction.postings} creditClass={transaction.creditClass} />
        </div>
      )}
    </>
  )
}
