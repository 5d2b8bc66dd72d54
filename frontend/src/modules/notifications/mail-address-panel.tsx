import type { MailAddress } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { Button, Group, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { useRetryMailAddress } from './preference-queries'

interface State {
  readonly label: string
  readonly color: string
  readonly text: ReactNode
}

function stateOf({ address, state, reason, rejectTime }: MailAddress): State {
  switch (state) {
    case 'MAIL_ADDRESS_STATE_USED':
      return { label: 'In use', color: 'teal', text: 'Mail goes here. Your identity provider tells it.' }
    case 'MAIL_ADDRESS_STATE_UNVERIFIED':
      return {
        label: 'Not verified',
        color: 'yellow',
        text: 'Your identity provider has not verified this address, so nothing is sent to it. Verify it there and sign in again.',
      }
    case 'MAIL_ADDRESS_STATE_REJECTED':
      return {
        label: 'Refused',
        color: 'red',
        text: (
          <>
            It refused our mail
            {rejectTime !== undefined && (
              <>
                {' '}
                <RelativeTime time={rejectTime} />
              </>
            )}
            {reason === '' ? (
              '. '
            ) : (
              <>
                :
                <Text size="sm" className="mono" c="var(--mantine-color-text)" my={6}>
                  {reason}
                </Text>
              </>
            )}
            Nothing more is sent there until you ask for it, or your account has another address.
          </>
        ),
      }
    default:
      return {
        label: 'No mail',
        color: 'gray',
        text:
          address === ''
            ? 'Your account has no mail address, or this installation sends no mail. Everything still stands in your inbox.'
            : 'This installation sends no mail. Everything still stands in your inbox, and what you choose holds once it does.',
      }
  }
}

/** Where mail goes, or why none does. */
export function MailAddressPanel({ mailAddress }: { mailAddress: MailAddress }) {
  const retry = useRetryMailAddress()
  const { label, color, text } = stateOf(mailAddress)
  return (
    <Panel title="Mail address" actions={<Tag color={color}>{label}</Tag>}>
      {mailAddress.address !== '' && (
        <Text size="sm" fw={570} mb={4} style={{ overflowWrap: 'anywhere' }}>
          {mailAddress.address}
        </Text>
      )}
      <Text size="sm" c="dimmed" component="div" maw={640} style={{ overflowWrap: 'anywhere' }}>
        {text}
      </Text>
      {mailAddress.state === 'MAIL_ADDRESS_STATE_REJECTED' && (
        <Group mt="sm">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh size={15} aria-hidden />}
            loading={retry.isPending}
            onClick={() => retry.mutate()}
          >
            Send again
          </Button>
        </Group>
      )}
    </Panel>
  )
}
