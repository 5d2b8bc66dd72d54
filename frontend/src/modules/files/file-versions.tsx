import type { File, FileVersion } from '@fairlead/proto/web/fairlead/files/v1/files'
import { ActionIcon, Button, Group, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { ErrorState } from '../../ui/error-state'
import { formatBytes } from '../../ui/format-bytes'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { fileId, isReleased, organizationOf } from './file-name'
import classes from './file-page.module.css'
import { useFileVersions } from './file-queries'
import { FileStateTag } from './file-state-tag'
import { useFetchFile } from './use-file-changes'

/** Every content that a file has had, newest first. */
export function FileVersions({ file }: { file: File }) {
  // Tokens of the pages that are shown before this one.
  const [tokens, setTokens] = useState<readonly string[]>([''])
  const token = tokens.at(-1) ?? ''
  const versions = useFileVersions(organizationOf(file.name), fileId(file.name), token)
  if (file.versionCount < 2 && file.latest?.state !== 'FILE_STATE_UPLOADING' && tokens.length === 1) {
    // One version is all there is to say, and the page says it.
    return null
  }
  const next = versions.data?.nextPageToken ?? ''
  return (
    <Panel title={`Versions (${file.versionCount})`} flush>
      {versions.data === undefined ? (
        versions.isError ? (
          <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />
        ) : (
          <ListSkeleton rows={2} />
        )
      ) : (
        <Table aria-label="Versions" className={classes.versions ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Version</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th ta="right" visibleFrom="xs">
                Size
              </Table.Th>
              <Table.Th visibleFrom="sm">By</Table.Th>
              <Table.Th visibleFrom="xs">Added</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {versions.data.versions.map((version) => (
              <VersionRow key={version.version} file={file} version={version} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {(next !== '' || tokens.length > 1) && (
        <Group justify="flex-end" p="sm" gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            disabled={tokens.length === 1}
            onClick={() => setTokens(tokens.slice(0, -1))}
          >
            Newer
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={next === ''}
            onClick={() => setTokens([...tokens, next])}
          >
            Older
          </Button>
        </Group>
      )}
    </Panel>
  )
}

function VersionRow({ file, version }: { file: File; version: FileVersion }) {
  const fetchFile = useFetchFile()
  const { name, displayName, releasedVersion } = file
  const number = version.version
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={8} wrap="nowrap">
          <span>{number}</span>
          {number === releasedVersion && <Tag color="sea">Current</Tag>}
        </Group>
      </Table.Td>
      <Table.Td>
        <FileStateTag state={version.state} />
        {version.failure !== '' && (
          <Text size="xs" c="dimmed" mt={3} style={{ overflowWrap: 'anywhere' }}>
            {version.failure}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="xs" style={{ whiteSpace: 'nowrap' }}>
        {formatBytes(version.sizeBytes)}
      </Table.Td>
      <Table.Td visibleFrom="sm">{version.creatorDisplayName || '–'}</Table.Td>
      <Table.Td visibleFrom="xs" c="dimmed">
        <RelativeTime time={version.createTime} />
      </Table.Td>
      <Table.Td ta="right">
        {isReleased(version.state) && (
          <Tooltip label="Download">
            <ActionIcon
              aria-label={`Download version ${number}`}
              loading={fetchFile.isPending}
              onClick={() => fetchFile.mutate({ name, displayName, version: number })}
            >
              <IconDownload size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
