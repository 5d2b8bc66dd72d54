import type { Visibility } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Alert, Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useApi } from '../../app/services'
import { notifySuccess } from '../../ui/notify'
import { datasetId, suggestedDatasetId } from './dataset-id'
import { datasetKeys } from './dataset-queries'

interface RegisterDatasetDialogProps {
  /** Released, of purpose DATASET. */
  readonly file: File
  readonly opened: boolean
  readonly onClose: () => void
}

/** Reading a large image takes a while. */
const timeoutMs = 11 * 60_000
const maximumNameBytes = 200

/** Makes a dataset of a file: what it is called, and who may read it. */
export default function RegisterDatasetDialog({ file, opened, onClose }: RegisterDatasetDialogProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const organization = file.name.split('/')[1] ?? ''
  const [id, setId] = useState(() => suggestedDatasetId(file.displayName))
  const [displayName, setDisplayName] = useState(() => file.displayName.replace(/\.(fits|fit|fts)$/i, ''))
  const [visibility, setVisibility] = useState<Visibility>('VISIBILITY_ORGANIZATION')

  const register = useMutation({
    mutationFn: () =>
      api.datasets({ timeoutMs }).RegisterDataset({
        parent: `organizations/${organization}`,
        file: file.name,
        datasetId: id.trim(),
        displayName: displayName.trim(),
        visibility,
      }),
    onSuccess: (dataset) => {
      const path = `/o/${organization}/datasets/${encodeURIComponent(datasetId(dataset.name))}`
      notifySuccess('The dataset is registered', dataset.displayName)
      onClose()
      navigate(path)
    },
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: datasetKeys.all(organization) }),
        // Its file shows what uses it.
        queryClient.invalidateQueries({ queryKey: ['files', 'of', organization] }),
      ]),
  })
  const failure = register.error === null ? undefined : toApiError(register.error)
  const problemOf = (field: string) =>
    failure?.violations.find((violation) => violation.field === field)?.description
  const idProblem = problemOf('dataset_id') ?? (isDatasetId(id.trim()) ? undefined : idRule)
  const tooLong = new TextEncoder().encode(displayName.trim()).length > maximumNameBytes
  const whole = failure !== undefined && problemOf('dataset_id') === undefined ? failure.message : undefined

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isDatasetId(id.trim()) && !tooLong) register.mutate()
  }
  const close = () => {
    // Closing would leave it unknown what came of it.
    if (register.isPending) return
    register.reset()
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Make a dataset"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            Jobs can then run on the image, and the sky view shows it. The file stays as long as the dataset
            does.
          </Text>
          <TextInput
            label="Name"
            value={displayName}
            maxLength={maximumNameBytes}
            error={tooLong ? `At most ${maximumNameBytes} bytes.` : problemOf('display_name')}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Identifier"
            description="What a job’s ID parameter takes. Nothing else may have it."
            classNames={{ input: 'mono' }}
            withAsterisk
            value={id}
            maxLength={128}
            error={idProblem}
            onChange={(event) => {
              if (register.isError) register.reset()
              setId(event.currentTarget.value)
            }}
          />
          <Radio.Group
            label="Readable by"
            value={visibility}
            onChange={(value) =>
              setVisibility(
                value === 'VISIBILITY_EVERYONE' ? 'VISIBILITY_EVERYONE' : 'VISIBILITY_ORGANIZATION',
              )
            }
          >
            <Stack gap={6} mt={4}>
              <Radio value="VISIBILITY_ORGANIZATION" label="Your organisation" />
              <Radio value="VISIBILITY_EVERYONE" label="Every member of every organisation" />
            </Stack>
          </Radio.Group>
          {whole !== undefined && (
            <Alert color="red" role="alert">
              {whole}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            {register.isPending && (
              <Text size="sm" c="dimmed" mr="auto" role="status">
                The image is being read…
              </Text>
            )}
            <Button variant="default" onClick={close} disabled={register.isPending}>
              Cancel
            </Button>
            <Button type="submit" loading={register.isPending}>
              Make the dataset
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

const idRule = 'Letters, digits, “.”, “_” and “-”; a letter or digit first.'

function isDatasetId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(text)
}
