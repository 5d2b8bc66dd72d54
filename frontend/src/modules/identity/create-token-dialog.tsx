import {
  Alert,
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  Modal,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { useApi } from '../../app/services'
import { apiTokensKey } from './api-tokens-key'
import { useCaller } from './caller'

const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
]

export function CreateTokenDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const api = useApi()
  const queryClient = useQueryClient()
  const { data: caller } = useCaller()
  const [displayName, setDisplayName] = useState('')
  const [scopes, setScopes] = useState<string[]>([])
  const [lifetime, setLifetime] = useState('90')

  const offered = [
    ...new Set([
      ...(caller?.memberships.flatMap(({ permissions }) => permissions) ?? []),
      ...(caller?.platformPermissions ?? []),
    ]),
  ].sort()

  const create = useMutation({
    mutationFn: () =>
      api.identity().CreateApiToken({
        displayName: displayName.trim(),
        scopes: scopes.filter((scope) => offered.includes(scope)),
        lifetimeDays: Number(lifetime),
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: apiTokensKey }),
  })

  const close = () => {
    onClose()
    create.reset()
    setDisplayName('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }

  const made = create.data
  return (
    <Modal
      opened={opened}
      onClose={close}
      // The secret is shown once: a stray click must not close it.
      closeOnClickOutside={made === undefined}
      title={made === undefined ? 'Create an API token' : 'Copy your token now'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {made === undefined ? (
        <form onSubmit={submit}>
          <Stack gap="md">
            <TextInput
              label="Name"
              description="What it is for, to recognise it later"
              required
              maxLength={120}
              data-autofocus
              value={displayName}
              onChange={(event) => setDisplayName(event.currentTarget.value)}
            />
            <Checkbox.Group
              label="Permissions"
              description="It can never do more than you can"
              value={scopes}
              onChange={setScopes}
            >
              <Stack gap={8} mt={8}>
                {offered.map((scope) => (
                  <Checkbox key={scope} value={scope} label={<span className="mono">{scope}</span>} />
                ))}
              </Stack>
            </Checkbox.Group>
            <Select
              label="Valid for"
              data={lifetimes}
              value={lifetime}
              allowDeselect={false}
              onChange={(value) => setLifetime(value ?? '90')}
              w={160}
            />
            {create.isError && (
              <Alert color="red" role="alert">
                {toApiError(create.error).message}
              </Alert>
            )}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Close
              </Button>
              <Button type="submit" loading={create.isPending} disabled={scopes.length === 0}>
                Create
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack gap="md">
          <Text size="sm">
            This is the only time that <strong>{made.apiToken?.displayName}</strong> is shown. Keep it like a
            password.
          </Text>
          <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} data-testid="token-secret">
            {made.secret}
          </Code>
          <Group justify="flex-end" gap="xs">
            <CopyButton value={made.secret}>
              {({ copied, copy }) => (
                <Button
                  variant="default"
                  onClick={copy}
                  leftSection={
                    copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
                  }
                >
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
