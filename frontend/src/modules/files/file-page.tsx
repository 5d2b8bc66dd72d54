import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Button, Grid, Group, Stack, Text, VisuallyHidden } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { type CurrentOrganization, useOrganization } from '../../app/organization'
import { ErrorState } from '../../ui/error-state'
import { formatBytes } from '../../ui/format-bytes'
import { formatUtc } from '../../ui/format-time'
import { Notice } from '../../ui/notice'
import { PageHeader } from '../../ui/page-header'
import { PageLoader } from '../../ui/page-loader'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { FileActions } from './file-actions'
import { FileDialogs } from './file-dialogs'
import { FileFacts } from './file-facts'
import { addressOfFilter } from './file-filter'
import { FileHistory } from './file-history'
import type { FileQuestion } from './file-menu'
import { FilePreviewPanel } from './file-preview-panel'
import { useFile } from './file-queries'
import { FileSharesPanel } from './file-shares-panel'
import { fileStateWords } from './file-state-words'
import { FileUses } from './file-uses'
import { FileVersions } from './file-versions'
import { FolderTrail } from './folder-trail'
import { LiveFiles } from './live-files'
import { useRestoreFiles } from './use-file-changes'
import { VersionNotice } from './version-notice'

export default function FilePage() {
  const organization = useOrganization()
  const { file: id = '' } = useParams()
  const isMember = organization.may('files.read')
  const query = useFile(organization.slug, id, isMember)

  if (query.data === undefined) {
    if (!query.isError) return <PageLoader />
    const absent = toApiError(query.error).code === 'NOT_FOUND'
    return (
      <>
        <PageHeader title={absent ? 'File not found' : 'File'} />
        <Panel>
          <ErrorState
            error={query.error}
            {...(absent
              ? {
                  title: 'There is no such file',
                  text: 'It was deleted for good, or it is not shared with you.',
                  action: (
                    <Button
                      component={Link}
                      to={isMember ? `${organization.path}/files` : '/shared/files'}
                      variant="default"
                    >
                      {isMember ? 'All files' : 'Shared with me'}
                    </Button>
                  ),
                }
              : { title: 'The file cannot be shown', onRetry: () => void query.refetch() })}
          />
        </Panel>
      </>
    )
  }
  return (
    <>
      {isMember && <LiveFiles organization={organization.slug} key={organization.slug} />}
      <LoadedFile file={query.data} organization={organization} isMember={isMember} key={id} />
    </>
  )
}

interface LoadedFileProps {
  readonly file: File
  readonly organization: CurrentOrganization
  /** Of its organisation, and not one with whom it is shared. */
  readonly isMember: boolean
}

function LoadedFile({ file, organization, isMember }: LoadedFileProps) {
  const navigate = useNavigate()
  const [question, setQuestion] = useState<FileQuestion>()
  const restore = useRestoreFiles(() => undefined)
  const { latest } = file
  const path = `${organization.path}/files`
  const trashed = file.trashTime !== undefined
  const ask = (next: FileQuestion) => (next === 'restore' ? restore.mutate([file.name]) : setQuestion(next))

  return (
    <>
      {isMember && <FolderTrail path={path} folder={file.folder} isFile />}
      <PageHeader
        title={file.displayName}
        heading={<bdi>{file.displayName}</bdi>}
        subtitle={
          <Group gap={8} wrap="wrap">
            <span>{formatBytes(latest?.sizeBytes ?? 0n)}</span>
            <span aria-hidden>·</span>
            <span>{file.ownerDisplayName || 'unknown owner'}</span>
            <span aria-hidden>·</span>
            <RelativeTime time={latest?.createTime ?? file.createTime} />
            {!isMember && <Tag color="sea">Shared with you · {organization.slug}</Tag>}
          </Group>
        }
        actions={<FileActions file={file} organization={organization} onAsk={ask} />}
      />
      <VisuallyHidden role="status" aria-live="polite">
        {latest === undefined ? '' : fileStateWords(latest.state).label}
      </VisuallyHidden>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="md">
            {trashed && (
              <Notice color="gray" icon={IconTrash} title="In the trash">
                <Group justify="space-between" gap="sm">
                  <Text size="sm">
                    It is deleted for good{' '}
                    {file.purgeTime === undefined ? 'later' : `on ${formatUtc(file.purgeTime)}`}, and counts
                    for the quota until then.
                  </Text>
                  {file.editable && (
                    <Button size="compact-sm" loading={restore.isPending} onClick={() => ask('restore')}>
                      Restore
                    </Button>
                  )}
                </Group>
              </Notice>
            )}
            {latest !== undefined && <VersionNotice file={file} latest={latest} isMember={isMember} />}
            <FilePreviewPanel file={file} />
            <FileVersions file={file} />
            {isMember && <FileHistory file={file} />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <FileFacts file={file} path={isMember ? path : undefined} />
            <FileUses file={file} />
            {file.editable && !trashed && (
              <FileSharesPanel file={file} onShare={() => setQuestion('share')} />
            )}
          </Stack>
        </Grid.Col>
      </Grid>
      <FileDialogs
        files={[file]}
        question={question}
        withAnyone={organization.may('files.manage')}
        onClose={() => setQuestion(undefined)}
        onDeleted={() => void navigate(`${path}?${addressOfFilter({ folder: file.folder })}`)}
      />
    </>
  )
}
