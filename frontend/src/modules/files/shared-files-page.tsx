import { IconShare } from '@tabler/icons-react'
import { useSearchParams } from 'react-router'
import { SharedTabs } from '../../app/shared-tabs'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { useSharedFiles } from './file-queries'
import { FilesTable } from './files-table'

/** Files of other organisations that were shared with the caller or an organisation of theirs. */
export default function SharedFilesPage() {
  const [parameters] = useSearchParams()
  const token = parameters.get('page') ?? ''
  const files = useSharedFiles(token)
  return (
    <>
      <PageHeader
        title="Shared with me"
        subtitle="Files that other organisations let you see and fetch; the latest shared comes first."
      />
      <SharedTabs />
      <Panel flush>
        {files.data === undefined ? (
          files.isError ? (
            <ErrorState error={files.error} onRetry={() => void files.refetch()} />
          ) : (
            <ListSkeleton rows={5} />
          )
        ) : files.data.files.length === 0 ? (
          <EmptyState
            icon={IconShare}
            title="No file is shared with you"
            text="An administrator of another organisation can share one with you by your e-mail address, or with your organisation as a whole."
          />
        ) : (
          <FilesTable label="Files shared with me" files={files.data.files} showOrganization />
        )}
      </Panel>
      <Pager
        label="Pages of files"
        token={token}
        nextToken={files.data?.nextPageToken ?? ''}
        query={(page) => new URLSearchParams(page === '' ? {} : { page })}
      />
    </>
  )
}
