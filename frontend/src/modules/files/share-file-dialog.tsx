import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import {
  ActionIcon,
  Alert,
  Avatar,
  Button,
  Group,
  Modal,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconBuilding, IconX } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { type ApiError, toApiError } from '../../app/api-error'
import { Copyable } from '../../ui/copyable'
import { RelativeTime } from '../../ui/relative-time'
import { fileAddress } from './file-name'
import classes from './share-file-dialog.module.css'
import { useShareFile } from './use-file-changes'
import { violationSentence } from './violation-sentence'

interface ShareFileDialogProps {
  readonly file: File
  readonly opened: boolean
  /** Whether the caller may share with others than members of the organisation. */
  readonly withAnyone: boolean
  readonly onClose: () => void
}

type Whom = 'user' | 'organization'

/** The field is the only one: whoever nobody knows, and whoever may not see it, is its problem. */
function problemOf(failure: ApiError): string | undefined {
  const [violation] = failure.violations
  if (violation !== undefined) return violationSentence(violation)
  return failure.code === 'NOT_FOUND' ? failure.message : undefined
}

export default function ShareFileDialog({ file, opened, withAnyone, onClose }: ShareFileDialogProps) {
  const { share, unshare } = useShareFile(file.name)
  const [whom, setWhom] = useState<Whom>('user')
  const [text, setText] = useState('')
  const failure = share.error === null ? undefined : toApiError(share.error)
  const problem = failure && problemOf(failure)
  const value = text.trim()

  const submit = (event: FormEvent) => {
    event.preventDefault()
    share.mutate(
      whom === 'user' ? { email: value } : { organization: `organizations/${value.toLowerCase()}` },
      { onSuccess: () => setText('') },
    )
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Share this file"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {withAnyone && (
          <SegmentedControl
            aria-label="Share with"
            data={[
              { value: 'user', label: 'A person' },
              { value: 'organization', label: 'An organisation' },
            ]}
            value={whom}
            onChange={(chosen) => {
              share.reset()
              setText('')
              setWhom(chosen as Whom)
            }}
          />
        )}
        <form onSubmit={submit}>
          <TextInput
            key={whom}
            label={whom === 'user' ? 'E-mail address' : 'Organisation'}
            description={
              whom === 'organization'
                ? 'Its short name, as in the address of its pages; all its members see the file'
                : withAnyone
                  ? 'Of anyone who has signed in here before'
                  : 'Of a member of your organisation; its administrators can share with others too'
            }
            type={whom === 'user' ? 'email' : 'text'}
            {...(whom === 'organization'
              ? { pattern: '[a-zA-Z][a-zA-Z0-9\\-]{1,62}', placeholder: 'survey-institute' }
              : {})}
            required
            maxLength={254}
            data-autofocus
            value={text}
            error={problem}
            onChange={(event) => {
              share.reset()
              setText(event.currentTarget.value)
            }}
            inputContainer={(input) => (
              <Group gap="xs" wrap="nowrap" align="center">
                <div style={{ flex: 1 }}>{input}</div>
                <Button type="submit" loading={share.isPending} disabled={value === ''}>
                  Share
                </Button>
              </Group>
            )}
          />
        </form>
        {failure !== undefined && problem === undefined && (
          <Alert color="red" role="alert">
            {failure.message}
          </Alert>
        )}
        <section aria-label="Shared with">
          <Text size="sm" fw={600} mb={6}>
            Shared with
          </Text>
          {file.shares.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nobody yet. Members of your organisation find the file under “Files” without that.
            </Text>
          ) : (
            <ul className={classes.shares}>
              {file.shares.map((one) => {
                const name = one.displayName || 'Unnamed user'
                return (
                  <li key={one.with}>
                    {one.with.startsWith('organizations/') ? (
                      <Avatar size={28} radius="xl" color="gray" aria-hidden>
                        <IconBuilding size={16} />
                      </Avatar>
                    ) : (
                      <Avatar size={28} radius="xl" name={name} color="gray" aria-hidden />
                    )}
                    <div className={classes.whom}>
                      <Text size="sm" fw={550} truncate title={name}>
                        {name}
                      </Text>
                      <Text size="xs" c="dimmed">
                        <RelativeTime time={one.createTime} />
                      </Text>
                    </div>
                    <ActionIcon
                      aria-label={`Stop sharing with ${name}`}
                      loading={unshare.isPending && unshare.variables.with === one.with}
                      onClick={() => unshare.mutate(one)}
                    >
                      <IconX size={16} aria-hidden />
                    </ActionIcon>
                  </li>
                )
              })}
            </ul>
          )}
        </section>
        <Text size="sm" c="dimmed" component="div">
          They see and fetch what is released of it, under “Shared with me” or at this address:
          <div>
            <Copyable value={`${window.location.origin}${fileAddress(file.name)}`} what="address" />
          </div>
        </Text>
      </Stack>
    </Modal>
  )
}
