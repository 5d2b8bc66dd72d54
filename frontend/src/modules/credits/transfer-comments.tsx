import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { keepTransfer } from './transfer-queries'
import classes from './transfer-talk.module.css'
import { useTransferService } from './use-transfer-service'

interface TransferCommentsProps {
  readonly transfer: Transfer
  readonly organization: string
  readonly id: string
}

/** What both sides and the operator say of the transfer. */
export function TransferComments({ transfer, organization, id }: TransferCommentsProps) {
  const mayComment = transfer.actions.includes('TRANSFER_ACTION_COMMENT')
  return (
    <Panel title="Comments">
      <Stack gap="md">
        {transfer.comments.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nobody has said anything yet.
          </Text>
        ) : (
          <ul className={classes.list}>
            {transfer.comments.map(({ text, userDisplayName, organizationDisplayName, time }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: comments are only ever added at the end.
              <li key={index}>
                <Head who={userDisplayName} organization={organizationDisplayName} time={time} />
                <p className={classes.text}>{text}</p>
              </li>
            ))}
          </ul>
        )}
        {mayComment && <Composer transfer={transfer} organization={organization} id={id} />}
      </Stack>
    </Panel>
  )
}

function Composer({ transfer, organization, id }: TransferCommentsProps) {
  const transfers = useTransferService()
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  // The same one for each attempt at the same words.
  const [requestId, setRequestId] = useState(() => crypto.randomUUID())
  const comment = useMutation({
    mutationFn: () => transfers().CommentOnTransfer({ name: transfer.name, text: text.trim(), requestId }),
    onSuccess: (changed) => {
      keepTransfer(queryClient, organization, id, changed)
      setText('')
      setRequestId(crypto.randomUUID())
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') comment.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Textarea
          label="Add a comment"
          description="Both sides and the operator read it"
          autosize
          minRows={2}
          maxRows={8}
          maxLength={2000}
          value={text}
          onChange={(event) => {
            comment.reset()
            setText(event.currentTarget.value)
            setRequestId(crypto.randomUUID())
          }}
        />
        {comment.error !== null && (
          <Alert color="red" role="alert">
            {toApiError(comment.error).message}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={comment.isPending} disabled={text.trim() === ''}>
            Comment
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface HeadProps {
  readonly who: string
  readonly organization: string
  readonly time: Date | undefined
}

/** Who said or did something, and when. */
export function Head({ who, organization, time }: HeadProps) {
  return (
    <div className={classes.head}>
      <span className={classes.author}>{who || organization || 'Fairlead'}</span>
      {who !== '' && organization !== '' && <span>{organization}</span>}
      <RelativeTime time={time} />
    </div>
  )
}
