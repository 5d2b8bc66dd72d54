import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { lazy } from 'react'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { LazyDialog } from '../../ui/lazy-dialog'
import type { FileQuestion } from './file-menu'
import { fileId, organizationOf } from './file-name'
import { useFile } from './file-queries'
import { useDeleteFiles } from './use-file-changes'

const EditFileDialog = lazy(() => import('./edit-file-dialog'))
const ShareFileDialog = lazy(() => import('./share-file-dialog'))

interface FileDialogsProps {
  /** Files that are asked about; only one is edited or shared. */
  readonly files: readonly File[]
  /** Undefined while nothing is asked. */
  readonly question: FileQuestion | undefined
  /** Whether the caller may share with others than members of the organisation. */
  readonly withAnyone: boolean
  readonly onClose: () => void
  /** They were put into the trash or deleted. */
  readonly onDeleted?: () => void
}

/** What is asked before something happens to files. */
export function FileDialogs({ files, question, withAnyone, onClose, onDeleted }: FileDialogsProps) {
  const remove = useDeleteFiles(() => {
    onClose()
    onDeleted?.()
  })
  const file = files[0]
  if (file === undefined) return null
  const names = files.map(({ name }) => name)
  const many = files.length > 1
  const versions = file.versionCount
  return (
    <>
      <LazyDialog opened={question === 'edit'}>
        {(opened) => <EditFileDialog key={file.name} file={file} opened={opened} onClose={onClose} />}
      </LazyDialog>
      {question === 'share' && <ShareOf file={file} withAnyone={withAnyone} onClose={onClose} />}
      <ConfirmDialog
        opened={question === 'trash'}
        title={many ? `Move ${files.length} files to the trash?` : 'Move this file to the trash?'}
        text={
          many
            ? 'They stay there for 30 days, count for the quota, and can be restored.'
            : 'It stays there for 30 days, counts for the quota, and can be restored.'
        }
        confirm="Move to the trash"
        pending={remove.isPending}
        onConfirm={() => remove.mutate({ names, permanently: false })}
        onClose={onClose}
      />
      <ConfirmDialog
        opened={question === 'delete'}
        title={many ? `Delete ${files.length} files for good?` : 'Delete this file for good?'}
        text={
          many
            ? 'Their contents and all their versions are gone then. This cannot be undone.'
            : versions > 1
              ? `Its content and all its ${versions} versions are gone then. This cannot be undone.`
              : 'Its content is gone then. This cannot be undone.'
        }
        confirm="Delete for good"
        pending={remove.isPending}
        onConfirm={() => remove.mutate({ names, permanently: true })}
        onClose={onClose}
      />
    </>
  )
}

/** A list does not know with whom a file is shared. */
function ShareOf({ file, withAnyone, onClose }: { file: File; withAnyone: boolean; onClose: () => void }) {
  const whole = useFile(organizationOf(file.name), fileId(file.name), true).data
  return (
    <LazyDialog opened={whole !== undefined}>
      {(opened) => (
        <ShareFileDialog file={whole ?? file} opened={opened} withAnyone={withAnyone} onClose={onClose} />
      )}
    </LazyDialog>
  )
}
