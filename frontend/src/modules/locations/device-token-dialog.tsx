import type { Device } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Alert, Button, Code, CopyButton, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { useIssueDeviceToken } from './device-queries'

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '1825', label: '5 years' },
]

interface DeviceTokenDialogProps {
  readonly organization: string
  readonly device: Device
  readonly opened: boolean
  readonly onClose: () => void
}

/** Makes the token by which a device writes its own fixes, and shows it this once. */
export default function DeviceTokenDialog(props: DeviceTokenDialogProps) {
  const issue = useIssueDeviceToken(props.organization)
  const close = () => {
    props.onClose()
    issue.reset()
  }
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      // The secret is shown once: a stray click must not close it.
      closeOnClickOutside={issue.data === undefined}
      title={issue.data === undefined ? 'Issue a device token' : 'Copy the token now'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {issue.data === undefined ? (
        <IssueForm {...props} onClose={close} issue={issue} />
      ) : (
        <Secret secret={issue.data.secret} device={props.device} onClose={close} />
      )}
    </Modal>
  )
}

interface IssueFormProps extends DeviceTokenDialogProps {
  readonly issue: ReturnType<typeof useIssueDeviceToken>
}

function IssueForm({ device, onClose, issue }: IssueFormProps) {
  const [lifetime, setLifetime] = useState('365')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    issue.mutate({ device, lifetimeDays: Number(lifetime) })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          With it <strong>{device.displayName}</strong> writes its own fixes, and can do nothing else.
          {device.tokenPrefix !== '' && ' Its earlier token stops working at once.'}
        </Text>
        <Select
          label="Valid for"
          data={lifetimes}
          value={lifetime}
          allowDeselect={false}
          onChange={(value) => setLifetime(value ?? '365')}
          w={160}
        />
        {issue.isError && (
          <Alert color="red" role="alert">
            {toApiError(issue.error).message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={issue.isPending}>
            Issue
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface SecretProps {
  readonly secret: string
  readonly device: Device
  readonly onClose: () => void
}

function Secret({ secret, device, onClose }: SecretProps) {
  const address = `${window.location.origin}/api/v1/${device.name}/fixes:record`
  return (
    <Stack gap="md">
      <Text size="sm">
        This is the only time that the token of <strong>{device.displayName}</strong> is shown. Put it into
        the device, and keep it like a password.
      </Text>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} data-testid="token-secret">
        {secret}
      </Code>
      <div>
        <Text size="xs" c="dimmed" mb={4}>
          The device sends its fixes by POST to
        </Text>
        <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
          {address}
        </Code>
      </div>
      <Group justify="flex-end" gap="xs">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  )
}
