import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { notifySuccess } from '../../../ui/notify'
import { type ClassDraft, classProblems, codeFrom, emptyClass, toClassRequest } from './class-draft'
import { useCreateClass, useUpdateClass } from './price-queries'

interface ClassDialogProps {
  /** Undefined for a new one. */
  readonly creditClass: CreditClass | undefined
  readonly opened: boolean
  readonly onClose: () => void
}

export function ClassDialog({ creditClass, opened, onClose }: ClassDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={creditClass === undefined ? 'New class of credits' : `Change ${creditClass.displayName}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {creditClass === undefined ? (
        <NewClassForm onClose={onClose} />
      ) : (
        <ChangeForm creditClass={creditClass} onClose={onClose} />
      )}
    </Modal>
  )
}

/** Fields of the request whose problems stand beside fields of the form. */
const requestFields: Readonly<Record<keyof ClassDraft, string>> = {
  code: 'credit_class_id',
  displayName: 'display_name',
  unit: 'unit',
  decimals: 'decimals',
  year: 'validity_year',
  description: 'description',
}

function NewClassForm({ onClose }: { onClose: () => void }) {
  const create = useCreateClass()
  const [draft, setDraft] = useState(emptyClass)
  const [judged, setJudged] = useState(false)
  const problems = classProblems(draft, new Date().getUTCFullYear())
  const failure = create.error === null ? undefined : toApiError(create.error)
  const problemWith = (field: keyof ClassDraft) =>
    failure?.violations.find((violation) => violation.field === requestFields[field])?.description ??
    (judged ? problems[field] : undefined)
  const change = (changed: Partial<ClassDraft>) => {
    if (create.isError) create.reset()
    setDraft({ ...draft, ...changed })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setJudged(true)
    if (Object.keys(problems).length > 0) return
    create.mutate(toClassRequest(draft), {
      onSuccess: (made) => {
        notifySuccess('Class made', made.displayName)
        onClose()
      },
    })
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          maxLength={80}
          data-autofocus
          value={draft.displayName}
          error={problemWith('displayName')}
          onChange={(event) => {
            const displayName = event.currentTarget.value
            // The code follows the name until somebody writes one of their own.
            const follows = draft.code === codeFrom(draft.displayName)
            change({ displayName, ...(follows ? { code: codeFrom(displayName) } : {}) })
          }}
        />
        <TextInput
          label="Code"
          description="In files and addresses; it never changes."
          required
          maxLength={39}
          autoComplete="off"
          spellCheck={false}
          value={draft.code}
          error={problemWith('code')}
          onChange={(event) => change({ code: event.currentTarget.value })}
        />
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          <TextInput
            label="Unit"
            required
            maxLength={30}
            value={draft.unit}
            error={problemWith('unit')}
            onChange={(event) => change({ unit: event.currentTarget.value })}
          />
          <NumberInput
            label="Decimals"
            required
            min={0}
            max={6}
            allowDecimal={false}
            value={draft.decimals}
            error={problemWith('decimals')}
            onChange={(value) => change({ decimals: typeof value === 'number' ? value : Number.NaN })}
          />
          <TextInput
            label="Valid in (UTC)"
            placeholder="Always"
            inputMode="numeric"
            maxLength={4}
            value={draft.year}
            error={problemWith('year')}
            onChange={(event) => change({ year: event.currentTarget.value })}
          />
        </SimpleGrid>
        <Textarea
          label="Description"
          maxLength={1000}
          autosize
          minRows={2}
          maxRows={6}
          value={draft.description}
          error={problemWith('description')}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        {failure !== undefined && failure.violations.length === 0 && (
          <Alert color="red" role="alert">
            {failure.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={create.isPending}>
            Make the class
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function ChangeForm({ creditClass, onClose }: { creditClass: CreditClass; onClose: () => void }) {
  const update = useUpdateClass(creditClass)
  // As it was when the dialog was made: what is typed must not change below the hands.
  const [displayName, setDisplayName] = useState(creditClass.displayName)
  const [description, setDescription] = useState(creditClass.description)
  const failure = update.error === null ? undefined : toApiError(update.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    update.mutate(
      { displayName: displayName.trim(), description: description.trim() },
      {
        onSuccess: (changed) => {
          notifySuccess('Class changed', changed.displayName)
          onClose()
        },
      },
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          maxLength={80}
          data-autofocus
          value={displayName}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
        />
        <Textarea
          label="Description"
          maxLength={1000}
          autosize
          minRows={2}
          maxRows={6}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {failure !== undefined && (
          <Alert color="red" role="alert">
            {failure.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={update.isPending} disabled={displayName.trim() === ''}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
