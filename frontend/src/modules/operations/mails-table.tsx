import type { Mail, MailState } from '@fairlead/proto/web/fairlead/notifications/v1/delivery'
import { Button, Group, MultiSelect, Table, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconMail, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { useMails, useRetryMail } from './delivery-queries'
import { isRetryable, mailStateLooks, mailStates } from './delivery-state'
import classes from './operations.module.css'
import { StaleNotice } from './stale-notice'

/** Mails and what became of them, without what they say. */
export function MailsTable({ mayOperate }: { mayOperate: boolean }) {
  const [states, setStates] = useState<readonly MailState[]>([])
  const [typed, setTyped] = useState('')
  const [pages, setPages] = useState(1)
  const [recipient] = useDebouncedValue(typed.trim(), 300)
  const mails = useMails(states, recipient, pages)
  const retry = useRetryMail()
  const data = mails.data
  const filtered = states.length > 0 || recipient !== ''

  return (
    <Panel title="Mails" flush>
      <Group gap="sm" p="md" pb="sm" align="flex-end" role="search" aria-label="Filter mails">
        <MultiSelect
          label="State"
          size="sm"
          data={mailStates.map((state) => ({ value: state, label: mailStateLooks[state]?.label ?? state }))}
          value={[...states]}
          onChange={(chosen) => {
            setStates(chosen as MailState[])
            setPages(1)
          }}
          placeholder={states.length === 0 ? 'Any' : ''}
          clearable
          flex="1 1 200px"
          maw={{ sm: 380 }}
        />
        <TextInput
          label="Recipient"
          placeholder="The whole address"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={typed}
          maxLength={320}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            setPages(1)
          }}
          flex="1 1 200px"
          maw={{ sm: 300 }}
        />
      </Group>
      {data === undefined ? (
        mails.isError ? (
          <ErrorState error={mails.error} onRetry={() => mails.refetch()} />
        ) : (
          <ListSkeleton rows={4} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState
          compact
          icon={IconMail}
          title={filtered ? 'No mail matches' : 'No mail was written yet'}
          text={
            filtered
              ? 'Try fewer filters; the recipient is the whole address.'
              : 'Mails show here from when they are due, with what the mail server said.'
          }
        />
      ) : (
        <Table fz="sm" aria-label="Mails" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Recipient</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th visibleFrom="md" ta="right">
                Notifications
              </Table.Th>
              <Table.Th visibleFrom="md" ta="right">
                Attempts
              </Table.Th>
              <Table.Th visibleFrom="xs">Written</Table.Th>
              <Table.Th visibleFrom="md">The mail server said</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.items.map((mail) => (
              <MailRow
                key={mail.name}
                mail={mail}
                retrying={retry.isPending && retry.variables.name === mail.name}
                onRetry={mayOperate && isRetryable(mail) ? () => retry.mutate(mail) : undefined}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {data?.more === true && (
        <Button variant="subtle" fullWidth radius={0} onClick={() => setPages(pages + 1)}>
          More mails
        </Button>
      )}
      {data !== undefined && <StaleNotice error={mails.error} />}
    </Panel>
  )
}

interface MailRowProps {
  readonly mail: Mail
  readonly retrying: boolean
  readonly onRetry: (() => void) | undefined
}

function MailRow({ mail, retrying, onRetry }: MailRowProps) {
  const { recipient, state, entryCount, attemptCount, lastResponse, nextAttemptTime, sendTime } = mail
  const { label, color } = mailStateLooks[state] ?? { label: 'Unknown', color: 'gray' }
  return (
    <Table.Tr>
      <Table.Td className={classes.recipient}>
        <Text size="sm" fw={570} truncate title={recipient}>
          {recipient}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="md" style={{ overflowWrap: 'anywhere' }}>
          {entryCount} {entryCount === 1 ? 'notification' : 'notifications'}, {attemptCount}{' '}
          {attemptCount === 1 ? 'attempt' : 'attempts'}
          {lastResponse !== '' && `: ${lastResponse}`}
        </Text>
      </Table.Td>
      <Table.Td className={classes.tight}>
        <Tag color={color}>{label}</Tag>
        {onRetry !== undefined && (
          <Button
            size="compact-xs"
            variant="default"
            ml={8}
            loading={retrying}
            aria-label={`Try again the mail to ${recipient}`}
            onClick={onRetry}
          >
            Try again
          </Button>
        )}
        <Text size="xs" c="dimmed" mt={3}>
          {state === 'MAIL_STATE_WAITING' && nextAttemptTime !== undefined && (
            <>
              next <RelativeTime time={nextAttemptTime} />
            </>
          )}
          {state === 'MAIL_STATE_SENT' && sendTime !== undefined && <RelativeTime time={sendTime} />}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="md" ta="right">
        {entryCount}
      </Table.Td>
      <Table.Td visibleFrom="md" ta="right">
        {attemptCount}
      </Table.Td>
      <Table.Td visibleFrom="xs" c="dimmed">
        <RelativeTime time={mail.createTime} />
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.reason}>
        <Text size="xs" className="mono" lineClamp={2} title={lastResponse}>
          {lastResponse || '–'}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}
