import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { ActionIcon, Menu } from '@mantine/core'
import {
  IconArrowBackUp,
  IconDots,
  IconDownload,
  IconPencil,
  IconShare,
  IconTrash,
  IconTrashX,
} from '@tabler/icons-react'
import { useFetchFile } from './use-file-changes'

export type FileQuestion = 'edit' | 'share' | 'trash' | 'restore' | 'delete'

interface FileMenuProps {
  readonly file: File
  readonly onAsk: (question: FileQuestion) => void
}

/** What can be done with a file of a list. */
export function FileMenu({ file, onAsk }: FileMenuProps) {
  const fetchFile = useFetchFile()
  const { name, displayName, editable, releasedVersion } = file
  const trashed = file.trashTime !== undefined
  if (!editable && releasedVersion === 0) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${displayName}`}>
          <IconDots size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {releasedVersion > 0 && !trashed && (
          <Menu.Item
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => fetchFile.mutate({ name, displayName, version: 0 })}
          >
            Download
          </Menu.Item>
        )}
        {editable && !trashed && (
          <>
            <Menu.Item leftSection={<IconShare size={16} aria-hidden />} onClick={() => onAsk('share')}>
              Share…
            </Menu.Item>
            <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onAsk('edit')}>
              Rename or move…
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
        {editable && trashed && (
          <>
            <Menu.Item
              leftSection={<IconArrowBackUp size={16} aria-hidden />}
              onClick={() => onAsk('restore')}
            >
              Restore
            </Menu.Item>
            <Menu.Item
              leftSection={<IconTrashX size={16} aria-hidden />}
              c="var(--mantine-color-error)"
              onClick={() => onAsk('delete')}
            >
              Delete for good…
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
