import type { File as StoredFile } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Alert, Button, FileButton, Group, Modal, Progress, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch, IconUpload } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { formatBytes } from '../../ui/format-bytes'
import { ListSkeleton } from '../../ui/list-skeleton'
import { fileKeys } from '../files/file-keys'
import { isReleased, isSettled } from '../files/file-name'
import { FileStateTag } from '../files/file-state-tag'
import { useUploadList, useUploads } from '../files/uploads/uploads-context'
import { useFileService } from '../files/use-file-service'
import classes from './attach-file-dialog.module.css'
import type { ChosenFile } from './proposal'

interface AttachFileDialogProps {
  /** Slug of the organisation whose files are attached. */
  readonly organization: string
  /** Names of those that are attached already. */
  readonly attached: readonly string[]
  readonly opened: boolean
  readonly onChoose: (file: ChosenFile) => void
  readonly onClose: () => void
}

const shownFiles = 50
/** How often the list is asked for again while a file in it is being scanned, milliseconds. */
const unsettledMs = 2_000

/** Chooses a file that is there as evidence, or uploads one. */
export default function AttachFileDialog({
  organization,
  attached,
  opened,
  onChoose,
  onClose,
}: AttachFileDialogProps) {
  const files = useFileService()
  const uploads = useUploads()
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim(), 200)
  const [uploadId, setUploadId] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const upload = useUploadList().find(({ id }) => id === uploadId)

  const list = useQuery<StoredFile[]>({
    queryKey: [...fileKeys.lists(organization), 'evidence', search],
    enabled: opened,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.some(({ latest }) => !isSettled(latest?.state)) ? unsettledMs : false,
    queryFn: async ({ signal }) => {
      const answer = await files({ signal }).ListFiles({
        parent: `organizations/${organization}`,
        allFolders: true,
        search,
        purposes: ['FILE_PURPOSE_EVIDENCE'],
        orderBy: 'create_time desc',
        pageSize: shownFiles,
      })
      return answer.files
    },
  })

  const choose = ({ name, displayName }: StoredFile) => {
    setUploadId(undefined)
    onChoose({ name, displayName })
    onClose()
  }
  // One that was uploaded here is meant, as soon as it is released.
  const uploaded = list.data?.find(({ name }) => name !== '' && name === upload?.name)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when its state changes, once.
  useEffect(() => {
    if (opened && uploaded !== undefined && uploaded.releasedVersion > 0) choose(uploaded)
  }, [opened, uploaded?.releasedVersion])

  const send = (file: File | null) => {
    if (file === null) return
    setProblem(undefined)
    uploads
      .load()
      .then((engine) =>
        engine.add([{ file, folder: '', handle: undefined }], {
          organization,
          folder: 'evidence',
          purpose: 'FILE_PURPOSE_EVIDENCE',
          versionOf: '',
        }),
      )
      .then(
        ([id]) => setUploadId(id),
        (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
      )
  }
  const sending = upload !== undefined && upload.phase !== 'completed' && upload.phase !== 'failed'
  const trouble = problem ?? (upload?.phase === 'failed' ? upload.problem : undefined)
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Attach a file"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            flex={1}
            miw={0}
            label="Find a file"
            placeholder="Words of its name, folder or tags"
            leftSection={<IconSearch size={16} aria-hidden />}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
          <FileButton onChange={send} inputProps={{ 'aria-label': 'File to upload' }}>
            {(props) => (
              <Button
                {...props}
                variant="default"
                leftSection={<IconUpload size={16} aria-hidden />}
                loading={sending}
              >
                Upload
              </Button>
            )}
          </FileButton>
        </Group>
        {sending && (
          <div role="status">
            <Text size="sm" c="dimmed" truncate>
              {upload.displayName}: {formatBytes(BigInt(upload.sentBytes))} of{' '}
              {formatBytes(BigInt(upload.sizeBytes))}
            </Text>
            <Progress
              aria-label={`Upload of ${upload.displayName}`}
              value={(100 * upload.sentBytes) / upload.sizeBytes}
              size="sm"
              mt={4}
            />
          </div>
        )}
        {trouble !== undefined && (
          <Alert color="red" role="alert">
            {trouble}
          </Alert>
        )}
        <Found
          files={list.data}
          failed={list.isError}
          searched={search !== ''}
          attached={attached}
          onChoose={choose}
        />
      </Stack>
    </Modal>
  )
}

interface FoundProps {
  readonly files: readonly StoredFile[] | undefined
  readonly failed: boolean
  readonly searched: boolean
  readonly attached: readonly string[]
  readonly onChoose: (file: StoredFile) => void
}

function Found({ files, failed, searched, attached, onChoose }: FoundProps) {
  if (files === undefined) {
    return failed ? (
      <Text size="sm" role="alert">
        The files could not be loaded. Close this and open it again.
      </Text>
    ) : (
      <ListSkeleton rows={4} />
    )
  }
  if (files.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {searched
          ? 'No file of evidence has these words in its name.'
          : 'Your organisation has no files of evidence yet. Upload one.'}
      </Text>
    )
  }
  return (
    <ul className={classes.list} aria-label="Files of evidence">
      {files.map((file) => {
        const isAttached = attached.includes(file.name)
        const state = file.latest?.state
        return (
          <li key={file.name}>
            <button
              type="button"
              className={classes.file}
              disabled={isAttached || file.releasedVersion === 0}
              onClick={() => onChoose(file)}
            >
              <span className={classes.name}>{file.displayName}</span>
              <span className={classes.about}>
                {isAttached
                  ? 'attached'
                  : `${formatBytes(file.latest?.sizeBytes ?? 0n)}${file.folder === '' ? '' : ` · ${file.folder}`}`}
              </span>
            </button>
            {state !== undefined && !isReleased(state) && <FileStateTag state={state} />}
          </li>
        )
      })}
    </ul>
  )
}
