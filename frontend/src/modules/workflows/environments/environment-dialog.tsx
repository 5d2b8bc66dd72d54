import type { Environment } from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { Alert, Button, Group, Modal, SimpleGrid, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { useCreateEnvironment, useUpdateEnvironment } from '../environment-queries'
import {
  changedFields,
  type EnvironmentFields,
  type FieldProblems,
  fieldsOf,
  formFieldOf,
  readEnvironment,
} from './environment-form'

interface EnvironmentDialogProps {
  /** Undefined to create one. */
  readonly environment: Environment | undefined
  readonly opened: boolean
  readonly onClose: () => void
}

/** Creates an environment, or changes what steps that are planned from then on get. */
export default function EnvironmentDialog({ environment, opened, onClose }: EnvironmentDialogProps) {
  const create = useCreateEnvironment()
  const update = useUpdateEnvironment()
  const [fields, setFields] = useState(() => fieldsOf(environment))
  const [tried, setTried] = useState(false)
  const save = environment === undefined ? create : update
  const read = readEnvironment(fields)
  const failure = save.error === null ? undefined : toApiError(save.error)
  const said: FieldProblems = {}
  const general: string[] = []
  for (const { field, description } of failure?.violations ?? []) {
    const shown = formFieldOf(field)
    if (shown === undefined) general.push(description)
    else said[shown] = description
  }

  const close = () => {
    onClose()
    save.reset()
    setTried(false)
    setFields(fieldsOf(environment))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (read.environment === undefined) return
    // The next time it is opened, it begins with what is there then.
    const onSuccess = () => onClose()
    if (environment === undefined) create.mutate(read.environment, { onSuccess: close })
    else update.mutate({ environment: read.environment, updateMask: changedFields }, { onSuccess })
  }
  const edit = (field: keyof EnvironmentFields, value: string | boolean) => {
    save.reset()
    setFields((before) => ({ ...before, [field]: value }))
  }
  const text = (field: Exclude<keyof EnvironmentFields, 'open'>) => ({
    value: fields[field],
    // What is empty yet is not wrong before one tries.
    error: (tried || fields[field] !== '' ? read.problems[field] : undefined) ?? said[field],
    autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) => edit(field, event.currentTarget.value),
  })

  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={environment === undefined ? 'New environment' : `Change ${environment.displayName}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="md">
            <TextInput
              label="Name for people"
              required
              maxLength={80}
              data-autofocus
              {...text('displayName')}
            />
            <TextInput
              label="Identifier"
              description={environment === undefined ? 'For good; workflows name it' : 'Does not change'}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              required
              maxLength={63}
              disabled={environment !== undefined}
              classNames={{ input: 'mono' }}
              {...text('id')}
            />
          </SimpleGrid>
          <Textarea
            label="Description"
            description="What it is meant for"
            autosize
            minRows={2}
            maxRows={6}
            maxLength={1000}
            {...text('description')}
          />
          <SimpleGrid cols={{ base: 1, xs: 2, sm: 4 }} spacing="sm" verticalSpacing="md">
            <TextInput label="CPUs" inputMode="decimal" required {...text('cpus')} />
            <TextInput label="Memory" required {...text('memory')} />
            <TextInput label="Disk" required {...text('disk')} />
            <TextInput label="GPUs" inputMode="numeric" required {...text('gpus')} />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm" verticalSpacing="md">
            <TextInput label="Time limit" description="Of one container" required {...text('duration')} />
            <TextInput
              label="Side by side"
              description="Containers of one step"
              inputMode="numeric"
              required
              {...text('parallel')}
            />
            <TextInput
              label="Price factor"
              description="Times the service’s price"
              inputMode="decimal"
              required
              {...text('factor')}
            />
          </SimpleGrid>
          <Textarea
            label="Labels of nodes"
            description="It runs on nodes that have all of them: name=value, one a line"
            placeholder="fairlead.dev/pool=large"
            autosize
            minRows={2}
            maxRows={8}
            classNames={{ input: 'mono' }}
            {...text('labels')}
          />
          <Switch
            label="Open"
            description="Closed, nothing new runs in it; what runs goes on"
            checked={fields.open}
            onChange={(event) => edit('open', event.currentTarget.checked)}
          />
          {failure !== undefined && (failure.violations.length === 0 || general.length > 0) && (
            <Alert color="red" role="alert">
              {general.join(' ') || failure.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Close
            </Button>
            <Button type="submit" loading={save.isPending}>
              {environment === undefined ? 'Create' : 'Save'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
