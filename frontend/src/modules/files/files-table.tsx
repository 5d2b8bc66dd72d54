import type { File, Folder } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Checkbox, Group, Progress, Table, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowDown, IconArrowUp, IconFolder } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { formatBytes } from '../../ui/format-bytes'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import type { FileOrder } from './file-filter'
import { FileIcon } from './file-icon'
import { fileAddress, organizationOf } from './file-name'
import { FileStateTag } from './file-state-tag'
import classes from './files-table.module.css'
import { useUploadList } from './uploads/uploads-context'

interface FilesTableProps {
  readonly label: string
  readonly files: readonly File[]
  readonly folders?: readonly Folder[]
  /** Address of a folder's list. */
  readonly folderAddress?: (path: string) => string
  /** Says where each lies, for files of many folders. */
  readonly showFolder?: boolean
  /** Says whose each is, for files of many organisations. */
  readonly showOrganization?: boolean
  /** Names of those chosen; undefined where none can be. */
  readonly chosen?: ReadonlySet<string>
  readonly onChoose?: (chosen: ReadonlySet<string>) => void
  readonly order?: FileOrder
  readonly onOrder?: (order: FileOrder) => void
  /** Says when they are deleted for good instead of when they came. */
  readonly trashed?: boolean
  /** What can be done with one, in a menu. */
  readonly actions?: (file: File) => ReactNode
}

export function FilesTable({
  label,
  files,
  folders = [],
  folderAddress,
  showFolder = false,
  showOrganization = false,
  chosen,
  onChoose,
  order,
  onOrder,
  trashed = false,
  actions,
}: FilesTableProps) {
  // Where there is room for two columns alone, the state stands below the name.
  const isNarrow = useMediaQuery('(max-width: 36em)', false, { getInitialValueInEffect: false })
  const choosable = files.filter(({ editable }) => editable)
  const here = choosable.filter(({ name }) => chosen?.has(name)).length
  const choose = (names: readonly string[], on: boolean) => {
    const next = new Set(chosen)
    for (const name of names) on ? next.add(name) : next.delete(name)
    onChoose?.(next)
  }
  const heading = (text: string, field: 'display_name' | 'create_time' | 'size_bytes', right = false) =>
    order === undefined || onOrder === undefined ? (
      text
    ) : (
      <SortButton text={text} field={field} order={order} onOrder={onOrder} right={right} />
    )
  return (
    <Table highlightOnHover aria-label={label} className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          {chosen !== undefined && (
            <Table.Th className={classes.check ?? ''}>
              <Checkbox
                size="xs"
                aria-label="Choose all files of this page"
                checked={choosable.length > 0 && here === choosable.length}
                indeterminate={here > 0 && here < choosable.length}
                disabled={choosable.length === 0}
                onChange={() =>
                  choose(
                    choosable.map(({ name }) => name),
                    here < choosable.length,
                  )
                }
              />
            </Table.Th>
          )}
          <Table.Th {...sortOf(order, 'display_name')}>{heading('Name', 'display_name')}</Table.Th>
          {!isNarrow && <Table.Th className={classes.state ?? ''}>State</Table.Th>}
          <Table.Th visibleFrom="sm" ta="right" {...sortOf(order, 'size_bytes')}>
            {heading('Size', 'size_bytes', true)}
          </Table.Th>
          <Table.Th visibleFrom="lg">Owner</Table.Th>
          <Table.Th visibleFrom="md" {...sortOf(order, 'create_time')}>
            {trashed ? 'Deleted for good' : heading('Added', 'create_time')}
          </Table.Th>
          {actions !== undefined && (
            <Table.Th className={classes.actions ?? ''}>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          )}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {folders.map((folder) => (
          <Table.Tr key={folder.path} className={classes.row ?? ''}>
            {chosen !== undefined && <Table.Td className={classes.check ?? ''} />}
            <Table.Td className={classes.title ?? ''}>
              <Group gap={10} wrap="nowrap">
                <IconFolder size={20} stroke={1.5} className={classes.folder} aria-hidden />
                <div className={classes.words}>
                  <Link to={folderAddress?.(folder.path) ?? ''} className={classes.link ?? ''}>
                    <bdi>{folder.path.slice(folder.path.lastIndexOf('/') + 1)}</bdi>
                  </Link>
                  {isNarrow && (
                    <Text size="xs" c="dimmed">
                      {countOf(folder)} · {formatBytes(folder.sizeBytes)}
                    </Text>
                  )}
                </div>
              </Group>
            </Table.Td>
            {!isNarrow && (
              <Table.Td c="dimmed" className={classes.tight ?? ''}>
                {countOf(folder)}
              </Table.Td>
            )}
            <Table.Td visibleFrom="sm" ta="right" c="dimmed" className={classes.tight ?? ''}>
              {formatBytes(folder.sizeBytes)}
            </Table.Td>
            <Table.Td visibleFrom="lg" />
            <Table.Td visibleFrom="md" />
            {actions !== undefined && <Table.Td />}
          </Table.Tr>
        ))}
        {files.map((file) => (
          <Table.Tr
            key={file.name}
            className={classes.row ?? ''}
            data-chosen={chosen?.has(file.name) || undefined}
          >
            {chosen !== undefined && (
              <Table.Td className={classes.check ?? ''}>
                <Checkbox
                  size="xs"
                  aria-label={`Choose ${file.displayName}`}
                  checked={chosen.has(file.name)}
                  disabled={!file.editable}
                  onChange={(event) => choose([file.name], event.currentTarget.checked)}
                />
              </Table.Td>
            )}
            <Table.Td className={classes.title ?? ''}>
              <Group gap={10} wrap="nowrap">
                <span className={classes.icon}>
                  <FileIcon mediaType={file.latest?.mediaType ?? ''} />
                </span>
                <div className={classes.words}>
                  <Link to={fileAddress(file.name)} className={classes.link ?? ''} title={file.displayName}>
                    <bdi>{file.displayName}</bdi>
                  </Link>
                  <Details file={file} showFolder={showFolder} showOrganization={showOrganization} />
                  {isNarrow && (
                    <div className={classes.below}>
                      <State file={file} />
                    </div>
                  )}
                </div>
              </Group>
            </Table.Td>
            {!isNarrow && (
              <Table.Td className={classes.state ?? ''}>
                <State file={file} />
              </Table.Td>
            )}
            <Table.Td visibleFrom="sm" ta="right" className={classes.tight ?? ''}>
              {formatBytes(file.latest?.sizeBytes ?? 0n)}
            </Table.Td>
            <Table.Td visibleFrom="lg" className={classes.other ?? ''} title={file.ownerDisplayName}>
              {file.ownerDisplayName || '–'}
            </Table.Td>
            <Table.Td visibleFrom="md" c="dimmed">
              <RelativeTime time={trashed ? file.purgeTime : file.createTime} />
            </Table.Td>
            {actions !== undefined && <Table.Td className={classes.actions ?? ''}>{actions(file)}</Table.Td>}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function countOf({ fileCount }: Folder): string {
  return `${fileCount.toLocaleString('en')} ${fileCount === 1n ? 'file' : 'files'}`
}

interface DetailsProps {
  readonly file: File
  readonly showFolder: boolean
  readonly showOrganization: boolean
}

function Details({ file, showFolder, showOrganization }: DetailsProps) {
  const { folder, tags, versionCount, latest } = file
  const parts = [
    showOrganization && organizationOf(file.name),
    showFolder && folder !== '' && folder,
    versionCount > 1 && `${versionCount} versions`,
  ].filter((part) => part !== false)
  return (
    <>
      <Text size="xs" c="dimmed" truncate>
        <Text span inherit hiddenFrom="sm">
          {formatBytes(latest?.sizeBytes ?? 0n)}
          {parts.length > 0 && ' · '}
        </Text>
        {parts.join(' · ')}
      </Text>
      {tags.length > 0 && (
        <Group gap={4} mt={3}>
          {tags.map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
        </Group>
      )}
    </>
  )
}

/** Of the newest version; an upload of this page says how far it is. */
function State({ file }: { file: File }) {
  const upload = useUploadList().find(({ name }) => name === file.name)
  const latest = file.latest
  if (latest === undefined) return null
  const scanned =
    latest.state === 'FILE_STATE_SCANNING'
      ? Number(latest.scannedBytes) / Math.max(1, Number(latest.sizeBytes))
      : undefined
  return (
    <>
      <FileStateTag state={latest.state} progress={scanned} />
      {latest.state === 'FILE_STATE_UPLOADING' && upload !== undefined && (
        <Progress
          value={(upload.sentBytes / Math.max(1, upload.sizeBytes)) * 100}
          size={3}
          mt={5}
          w={104}
          aria-label={`Progress of ${file.displayName}`}
        />
      )}
    </>
  )
}

interface SortButtonProps {
  readonly text: string
  readonly field: 'display_name' | 'create_time' | 'size_bytes'
  readonly order: FileOrder
  readonly onOrder: (order: FileOrder) => void
  readonly right: boolean
}

function SortButton({ text, field, order, onOrder, right }: SortButtonProps) {
  const descending = order === `${field} desc`
  const sorted = descending || order === field
  // Names begin with A, what is counted with the most.
  const first: FileOrder = field === 'display_name' ? field : `${field} desc`
  const other: FileOrder = first === field ? `${field} desc` : field
  const Arrow = descending ? IconArrowDown : IconArrowUp
  return (
    <UnstyledButton
      className={classes.sort ?? ''}
      data-right={right || undefined}
      onClick={() => onOrder(order === first ? other : first)}
    >
      {text}
      {sorted && <Arrow size={13} aria-hidden />}
    </UnstyledButton>
  )
}

function sortOf(order: FileOrder | undefined, field: string): { 'aria-sort'?: 'ascending' | 'descending' } {
  if (order === field) return { 'aria-sort': 'ascending' }
  if (order === `${field} desc`) return { 'aria-sort': 'descending' }
  return {}
}
