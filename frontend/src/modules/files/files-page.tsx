import type { File, FilePurpose } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Button, Group, Text } from '@mantine/core'
import {
  IconArrowBackUp,
  IconFiles,
  IconFolderPlus,
  IconLock,
  IconSearch,
  IconTrash,
  IconTrashX,
} from '@tabler/icons-react'
import { lazy, useCallback, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { type CurrentOrganization, useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { ChosenFilesBar } from './chosen-files-bar'
import { DropZone } from './drop-zone'
import { FileDialogs } from './file-dialogs'
import { addressOfFilter, type FileFilter, filterFromAddress, isNarrowed } from './file-filter'
import { FileFilters } from './file-filters'
import { FileMenu, type FileQuestion } from './file-menu'
import { useFilePolicies, useFiles, useFolders } from './file-queries'
import { FilesTable } from './files-table'
import { FolderTrail } from './folder-trail'
import { LiveFiles } from './live-files'
import { StorageBar } from './storage-bar'
import { UploadButton } from './upload-button'
import type { ChosenFile } from './uploads/upload-engine'
import { useAddFiles } from './use-add-files'
import { useRestoreFiles } from './use-file-changes'

const SameNamesDialog = lazy(() => import('./same-names-dialog'))
const NewFolderDialog = lazy(() => import('./new-folder-dialog'))

const pageSize = 50

export default function FilesPage() {
  const organization = useOrganization()
  const [parameters] = useSearchParams()
  const filter = filterFromAddress(parameters)
  if (!organization.may('files.read')) {
    return (
      <>
        <PageHeader title="Files" />
        <Panel>
          <EmptyState
            icon={IconLock}
            title="You may not see this organisation’s files"
            text="Its administrators can let you. What is shared with you is under “Shared with me”."
          />
        </Panel>
      </>
    )
  }
  // What was chosen in one folder is not chosen in the next.
  const place = `${organization.slug} ${filter.folder} ${filter.trashed}`
  return (
    <>
      <LiveFiles organization={organization.slug} key={organization.slug} />
      <Files organization={organization} filter={filter} token={parameters.get('page') ?? ''} key={place} />
    </>
  )
}

interface FilesProps {
  readonly organization: CurrentOrganization
  readonly filter: FileFilter
  readonly token: string
}

function Files({ organization, filter, token }: FilesProps) {
  const navigate = useNavigate()
  const { slug } = organization
  const path = `${organization.path}/files`
  const { folder, trashed } = filter
  const mayWrite = organization.may('files.write')
  const narrowed = isNarrowed(filter)
  const files = useFiles(slug, filter, pageSize, token)
  const hasFolders = !trashed && !narrowed && token === ''
  const folders = useFolders(slug, folder, hasFolders)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [about, setAbout] = useState<{ files: readonly File[]; question: FileQuestion }>()
  const [naming, setNaming] = useState(false)
  const { add, asking, answer } = useAddFiles(slug, folder)
  const restore = useRestoreFiles(() => setChosen(new Set()))
  const drop = useCallback(
    (dropped: readonly ChosenFile[]) => void add(dropped, 'FILE_PURPOSE_GENERAL'),
    [add],
  )
  const upload = (picked: readonly ChosenFile[], purpose: FilePurpose) => void add(picked, purpose)
  const show = (next: FileFilter) => navigate({ search: addressOfFilter(next).toString() }, { replace: true })
  const ask = (which: readonly File[], question: FileQuestion) => {
    if (question === 'restore') restore.mutate(which.map(({ name }) => name))
    else setAbout({ files: which, question })
  }
  const shownFiles = files.data?.files ?? []
  const shownFolders = hasFolders ? (folders.data ?? []) : []
  const chosenFiles = shownFiles.filter(({ name }) => chosen.has(name))
  const isEmpty = shownFiles.length === 0 && shownFolders.length === 0
  const isPending = files.data === undefined || (hasFolders && folders.isPending)
  const where = folder === '' ? 'Files' : folder.slice(folder.lastIndexOf('/') + 1)

  return (
    <DropZone
      label={folder === '' ? 'Drop to upload' : `Drop to upload into “${where}”`}
      disabled={!mayWrite || trashed}
      onDrop={drop}
    >
      <PageHeader
        title={trashed ? 'Trash' : 'Files'}
        subtitle={
          trashed ? 'What was deleted. It counts for the quota until it is deleted for good.' : <Scanning />
        }
        actions={
          <>
            <Button
              component={Link}
              to={trashed ? path : `${path}?trash`}
              variant="default"
              leftSection={
                trashed ? <IconFiles size={16} aria-hidden /> : <IconTrash size={16} aria-hidden />
              }
            >
              {trashed ? 'All files' : 'Trash'}
            </Button>
            {mayWrite && !trashed && (
              <>
                <Button
                  variant="default"
                  leftSection={<IconFolderPlus size={16} aria-hidden />}
                  onClick={() => setNaming(true)}
                >
                  New folder
                </Button>
                <UploadButton onChoose={upload} />
              </>
            )}
          </>
        }
      />
      <StorageBar organization={slug} />
      <FileFilters filter={filter} onChange={show} />
      {!trashed && (
        <Group justify="space-between" mb={8} gap="xs">
          <FolderTrail path={path} folder={folder} />
        </Group>
      )}
      <Panel flush>
        {isPending ? (
          files.isError || folders.isError ? (
            <ErrorState
              error={files.error ?? folders.error}
              {...(token !== '' && toApiError(files.error).code === 'INVALID_ARGUMENT'
                ? { title: 'There is no such page of files', text: 'Begin again with the first page.' }
                : { onRetry: () => void Promise.all([files.refetch(), folders.refetch()]) })}
            />
          ) : (
            <ListSkeleton rows={8} height={24} />
          )
        ) : isEmpty ? (
          <Empty filter={filter} mayWrite={mayWrite} path={path} />
        ) : (
          <FilesTable
            label={trashed ? 'Files in the trash' : where}
            files={shownFiles}
            folders={shownFolders}
            folderAddress={(to) => `${path}?${addressOfFilter({ folder: to, order: filter.order })}`}
            showFolder={trashed || narrowed}
            {...(mayWrite ? { chosen, onChoose: setChosen } : {})}
            order={filter.order}
            onOrder={(order) => show({ ...filter, order })}
            trashed={trashed}
            actions={(file) => <FileMenu file={file} onAsk={(question) => ask([file], question)} />}
          />
        )}
      </Panel>
      <ChosenFilesBar count={chosenFiles.length} onClear={() => setChosen(new Set())}>
        {trashed ? (
          <>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconArrowBackUp size={15} aria-hidden />}
              loading={restore.isPending}
              onClick={() => ask(chosenFiles, 'restore')}
            >
              Restore
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              c="var(--mantine-color-error)"
              leftSection={<IconTrashX size={15} aria-hidden />}
              onClick={() => ask(chosenFiles, 'delete')}
            >
              Delete for good
            </Button>
          </>
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            c="var(--mantine-color-error)"
            leftSection={<IconTrash size={15} aria-hidden />}
            onClick={() => ask(chosenFiles, 'trash')}
          >
            Move to the trash
          </Button>
        )}
      </ChosenFilesBar>
      <Pager
        label="Pages of files"
        token={token}
        nextToken={files.data?.nextPageToken ?? ''}
        query={(page) => {
          const query = addressOfFilter(filter)
          if (page !== '') query.set('page', page)
          return query
        }}
      />
      <FileDialogs
        files={about?.files ?? []}
        question={about?.question}
        withAnyone={organization.may('files.manage')}
        onClose={() => setAbout(undefined)}
        onDeleted={() => setChosen(new Set())}
      />
      <LazyDialog opened={naming}>
        {(opened) => (
          <NewFolderDialog
            opened={opened}
            above={folder}
            onClose={() => setNaming(false)}
            onName={(to) => {
              setNaming(false)
              void navigate(`${path}?${addressOfFilter({ folder: to })}`)
            }}
          />
        )}
      </LazyDialog>
      {asking !== undefined && (
        <LazyDialog opened>
          {(opened) => (
            <SameNamesDialog asking={asking} opened={opened} onAnswer={(choice) => void answer(choice)} />
          )}
        </LazyDialog>
      )}
    </DropZone>
  )
}

/** What happens to what is uploaded. */
function Scanning() {
  const scanning = useFilePolicies().data?.scanning
  if (scanning === undefined) return <Text inherit>&nbsp;</Text>
  return scanning
    ? 'Everything is scanned for malware before it can be fetched.'
    : 'The operator of this installation has switched malware scanning off.'
}

function Empty({ filter, mayWrite, path }: { filter: FileFilter; mayWrite: boolean; path: string }) {
  if (filter.trashed && !isNarrowed(filter)) {
    return (
      <EmptyState
        icon={IconTrash}
        title="The trash is empty"
        text="What is deleted stays here for 30 days and can be restored until then."
      />
    )
  }
  if (isNarrowed(filter)) {
    return (
      <EmptyState
        icon={IconSearch}
        title="No file fits"
        text="Words are looked for at the beginnings of the words of names, folders, tags and descriptions."
        action={
          <Button
            component={Link}
            variant="default"
            to={`${path}?${addressOfFilter({ folder: filter.folder, trashed: filter.trashed })}`}
          >
            Show all
          </Button>
        }
      />
    )
  }
  return (
    <EmptyState
      icon={IconFiles}
      title={filter.folder === '' ? 'No files yet' : 'Nothing lies in this folder'}
      text={
        mayWrite
          ? 'Drop files or folders anywhere on this page, or choose “Upload”. Large ones can be paused, and go on after a reload.'
          : 'Submitters, treasurers and administrators can upload.'
      }
    />
  )
}
