import { ActionIcon, Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { IconPlus, IconSignature, IconTrash } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { notifySuccess } from '../../../ui/notify'
import { Panel } from '../../../ui/panel'
import { useDeclarations } from '../transfer-queries'
import classes from './desk.module.css'
import { useSetDeclarations } from './price-queries'

/** What people agree to when they propose or accept a transfer. */
export function DeclarationsPanel({ mayConfigure }: { mayConfigure: boolean }) {
  const reading = useDeclarations()
  const [opened, setOpened] = useState(false)
  const shown = reading.data
  return (
    <Panel
      title="Declarations of traders"
      actions={
        mayConfigure &&
        shown !== undefined && (
          <Button size="compact-sm" variant="default" onClick={() => setOpened(true)}>
            Change
          </Button>
        )
      }
    >
      {shown === undefined ? (
        reading.isError ? (
          <ErrorState error={reading.error} onRetry={() => reading.refetch()} />
        ) : (
          <ListSkeleton rows={2} />
        )
      ) : shown.length === 0 ? (
        <EmptyState
          compact
          icon={IconSignature}
          title="Traders agree to nothing"
          text="Declarations must be ticked by who proposes and by who accepts a transfer, and are kept with their text."
        />
      ) : (
        <Stack gap="xs">
          {shown.map(({ name, text }) => (
            <Text key={name} size="sm" className={classes.preserved}>
              “{text}”
            </Text>
          ))}
        </Stack>
      )}
      {shown !== undefined && (
        <Modal
          opened={opened}
          onClose={() => setOpened(false)}
          title="Declarations of traders"
          size="lg"
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          <DeclarationsForm texts={shown.map(({ text }) => text)} onClose={() => setOpened(false)} />
        </Modal>
      )}
    </Panel>
  )
}

const maximum = 20

function DeclarationsForm({ texts, onClose }: { texts: readonly string[]; onClose: () => void }) {
  const set = useSetDeclarations()
  // As they were when the dialog was made: what is typed must not change below the hands.
  const [entries, setEntries] = useState<readonly { readonly key: number; readonly text: string }[]>(() =>
    (texts.length === 0 ? [''] : texts).map((text, key) => ({ key, text })),
  )
  const [nextKey, setNextKey] = useState(Math.max(1, texts.length))
  const kept = entries.map(({ text }) => text.trim()).filter((text) => text !== '')
  const twice = new Set(kept).size < kept.length
  const submit = (event: FormEvent) => {
    event.preventDefault()
    set.mutate(kept, {
      onSuccess: () => {
        notifySuccess('Declarations changed')
        onClose()
      },
    })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Who proposes or accepts a transfer from now on ticks these. What was agreed to before keeps its
          text.
        </Text>
        {entries.map(({ key, text }, index) => (
          <Group key={key} gap={6} wrap="nowrap" align="flex-start">
            <Textarea
              flex={1}
              aria-label={`Declaration ${index + 1}`}
              autosize
              minRows={2}
              maxRows={8}
              maxLength={2000}
              value={text}
              onChange={(event) => {
                const changed = event.currentTarget.value
                if (set.isError) set.reset()
                setEntries(entries.map((one) => (one.key === key ? { key, text: changed } : one)))
              }}
            />
            <ActionIcon
              mt={6}
              aria-label={`Remove declaration ${index + 1}`}
              onClick={() => setEntries(entries.filter((one) => one.key !== key))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        {entries.length < maximum && (
          <Button
            size="compact-sm"
            variant="subtle"
            style={{ alignSelf: 'flex-start' }}
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => {
              setEntries([...entries, { key: nextKey, text: '' }])
              setNextKey(nextKey + 1)
            }}
          >
            Another declaration
          </Button>
        )}
        {twice && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            One text stands here twice.
          </Text>
        )}
        {set.isError && (
          <Alert color="red" role="alert">
            {toApiError(set.error).message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={set.isPending} disabled={twice}>
            {kept.length === 0 ? 'Ask for no declarations' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
