import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Alert, Button, Group, Modal, Skeleton, Stack, Text, Textarea } from '@mantine/core'
import { IconRefreshAlert } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { Notice } from '../../ui/notice'
import { notifySuccess } from '../../ui/notify'
import { creditKeys } from './credit-keys'
import { DeclarationsField } from './declarations-field'
import { keepTransfer, useDeclarations } from './transfer-queries'
import { transferStateLabel } from './transfer-words'
import { useTransferService } from './use-transfer-service'

export type MemberAction = 'accept' | 'refuse' | 'rescind'

const words = {
  accept: { title: 'Accept this transfer?', confirm: 'Accept', done: 'Transfer accepted' },
  refuse: { title: 'Refuse this transfer?', confirm: 'Refuse', done: 'Transfer refused' },
  rescind: { title: 'Take this transfer back?', confirm: 'Take it back', done: 'Transfer taken back' },
} as const

const actionNames = {
  accept: 'TRANSFER_ACTION_ACCEPT',
  refuse: 'TRANSFER_ACTION_REFUSE',
  rescind: 'TRANSFER_ACTION_RESCIND',
} as const

interface TransferActionDialogProps {
  readonly action: MemberAction
  readonly organization: string
  readonly id: string
  /** As it is now; the dialog decides on it as it was when it was opened. */
  readonly transfer: Transfer
  /** The transfer in a sentence. */
  readonly summary: string
  readonly opened: boolean
  readonly onClose: () => void
}

/** Asks once more before a step, and tells when somebody else was faster. */
export default function TransferActionDialog(props: TransferActionDialogProps) {
  const { action, opened, onClose } = props
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words[action].title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <ActionForm {...props} />
    </Modal>
  )
}

function ActionForm({ action, organization, id, transfer, summary, onClose }: TransferActionDialogProps) {
  const transfers = useTransferService()
  const queryClient = useQueryClient()
  const declarations = useDeclarations()
  const { confirm, done } = words[action]
  // What the caller looks at. It is another one only after the caller was told.
  const [seen, setSeen] = useState(transfer)
  const [reason, setReason] = useState('')
  const [agreed, setAgreed] = useState<readonly string[]>([])
  const [wasTried, setWasTried] = useState(false)

  const step = useMutation({
    mutationFn: (): Promise<Transfer> => {
      const request = { name: transfer.name, etag: seen.etag }
      switch (action) {
        case 'accept':
          return transfers().AcceptTransfer({
            ...request,
            declarations: (declarations.data ?? []).map(({ name }) => name),
          })
        case 'refuse':
          return transfers().RefuseTransfer({ ...request, reason: reason.trim() })
        case 'rescind':
          return transfers().RescindTransfer({ ...request, reason: reason.trim() })
        default:
          return action satisfies never
      }
    },
    onSuccess: (changed) => {
      keepTransfer(queryClient, organization, id, changed)
      notifySuccess(done)
      onClose()
    },
    onError: () => {
      void queryClient.invalidateQueries({ queryKey: creditKeys.transfer(organization, id) })
      void queryClient.invalidateQueries({ queryKey: creditKeys.declarations })
    },
  })
  const failure = step.error === null ? undefined : toApiError(step.error)
  const problemOf = (name: string) =>
    failure?.violations.find(({ field }) => field.startsWith(name))?.description
  const isPossible = transfer.actions.includes(actionNames[action])
  const hasChanged = transfer.etag !== seen.etag
  const texts = declarations.data ?? []
  const isAgreed = texts.every(({ name }) => agreed.includes(name))

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setWasTried(true)
    if (action === 'accept' && (declarations.data === undefined || !isAgreed)) return
    step.mutate()
  }

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {summary}
        </Text>
        {!isPossible ? (
          <Notice color="orange" icon={IconRefreshAlert} title="The transfer has changed">
            It is “{transferStateLabel(transfer.state)}” now. This can no longer be done.
          </Notice>
        ) : hasChanged ? (
          <Notice color="orange" icon={IconRefreshAlert} title="The transfer has changed meanwhile">
            Look at it again before you go on.
            <Group mt="xs">
              <Button
                size="xs"
                variant="default"
                onClick={() => {
                  step.reset()
                  setSeen(transfer)
                }}
              >
                I have looked at it
              </Button>
            </Group>
          </Notice>
        ) : null}
        {isPossible &&
          (action === 'accept' ? (
            declarations.data === undefined ? (
              declarations.isError ? (
                <Alert color="red" role="alert">
                  {toApiError(declarations.error).message}
                </Alert>
              ) : (
                <Skeleton height={60} role="status" aria-label="Loading" />
              )
            ) : (
              <DeclarationsField
                declarations={declarations.data}
                agreed={agreed}
                error={wasTried && !isAgreed ? 'Agree to each of them to accept.' : problemOf('declarations')}
                onChange={(names) => {
                  step.reset()
                  setAgreed(names)
                }}
              />
            )
          ) : (
            <Textarea
              label="Reason"
              description="Both sides read it; you may leave it empty"
              autosize
              minRows={2}
              maxRows={6}
              maxLength={1000}
              data-autofocus
              value={reason}
              error={problemOf('reason')}
              onChange={(event) => {
                step.reset()
                setReason(event.currentTarget.value)
              }}
            />
          ))}
        {failure !== undefined &&
          isPossible &&
          !hasChanged &&
          problemOf('declarations') === undefined &&
          problemOf('reason') === undefined && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          {isPossible && (
            <Button
              type="submit"
              color={action === 'accept' ? 'sea' : 'red.8'}
              loading={step.isPending}
              disabled={hasChanged}
            >
              {confirm}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}
