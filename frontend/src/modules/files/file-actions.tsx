import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { ActionIcon, Button, FileButton, Menu } from '@mantine/core'
import {
  IconDots,
  IconDownload,
  IconFileUpload,
  IconPencil,
  IconPhotoPlus,
  IconShare,
  IconTrash,
  IconTrashX,
} from '@tabler/icons-react'
import { lazy, useState } from 'react'
import type { CurrentOrganization } from '../../app/organization'
import { LazyDialog } from '../../ui/lazy-dialog'
import { notifyFailure } from '../../ui/notify'
import type { FileQuestion } from './file-menu'
import { organizationOf } from './file-name'
import { useUploads } from './uploads/uploads-context'
import { useFetchFile } from './use-file-changes'

const RegisterDatasetDialog = lazy(() => import('../datasets/register-dataset-dialog'))

interface FileActionsProps {
  readonly file: File
  readonly organization: CurrentOrganization
  readonly onAsk: (question: FileQuestion) => void
}

export function FileActions({ file, organization, onAsk }: FileActionsProps) {
  const uploads = useUploads()
  const fetchFile = useFetchFile()
  const [registering, setRegistering] = useState(false)
  const { name, displayName, editable, releasedVersion, purpose } = file
  const trashed = file.trashTime !== undefined
  const mayRegister =
    organization.may('datasets.register') &&
    purpose === 'FILE_PURPOSE_DATASET' &&
    releasedVersion > 0 &&
    !trashed

  const addVersion = async (chosen: globalThis.File) => {
    try {
      const engine = await uploads.load()
      await engine.add([{ file: chosen, folder: '', handle: undefined }], {
        organization: organizationOf(name),
        folder: '',
        purpose,
        versionOf: name,
      })
    } catch (error) {
      notifyFailure('The upload could not begin', error)
    }
  }
  return (
    <>
      {!trashed && (
        <Button
          leftSection={<IconDownload size={16} aria-hidden />}
          disabled={releasedVersion === 0}
          loading={fetchFile.isPending}
          onClick={() => fetchFile.mutate({ name, displayName, version: 0 })}
        >
          Download
        </Button>
      )}
      {mayRegister && (
        <Button
          variant="default"
          leftSection={<IconPhotoPlus size={16} aria-hidden />}
          onClick={() => setRegistering(true)}
        >
          Make a dataset
        </Button>
      )}
      {editable && !trashed && (
        <>
          <Button
            variant="default"
            leftSection={<IconShare size={16} aria-hidden />}
            onClick={() => onAsk('share')}
          >
            Share
          </Button>
          <FileButton onChange={(chosen) => chosen !== null && void addVersion(chosen)}>
            {(props) => (
              <Button variant="default" leftSection={<IconFileUpload size={16} aria-hidden />} {...props}>
                New version
              </Button>
            )}
          </FileButton>
        </>
      )}
      {editable && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon size={36} variant="default" aria-label="More actions">
              <IconDots size={17} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {trashed ? (
              <Menu.Item
                leftSection={<IconTrashX size={16} aria-hidden />}
                c="var(--mantine-color-error)"
                onClick={() => onAsk('delete')}
              >
                Delete for good…
              </Menu.Item>
            ) : (
              <>
                <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onAsk('edit')}>
                  Name, folder, tags, expiry…
                </Menu.Item>
                <Menu.Divider />
                <Menu.Item
                  leftSection={<IconTrash size={16} aria-hidden />}
                  c="var(--mantine-color-error)"
                  onClick={() => onAsk('trash')}
                >
                  Move to the trash
                </Menu.Item>
              </>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <LazyDialog opened={registering}>
        {(opened) => (
          <RegisterDatasetDialog file={file} opened={opened} onClose={() => setRegistering(false)} />
        )}
      </LazyDialog>
    </>
  )
}
