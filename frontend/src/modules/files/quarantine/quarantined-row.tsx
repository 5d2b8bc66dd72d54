import type { QuarantinedFile } from '@fairlead/proto/web/fairlead/files/v1/quarantine'
import { ActionIcon, Menu, Table, Text, UnstyledButton } from '@mantine/core'
import { IconBan, IconChevronDown, IconChevronRight, IconDots, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { formatBytes } from '../../../ui/format-bytes'
import { RelativeTime } from '../../../ui/relative-time'
import { FileStateTag } from '../file-state-tag'
import classes from './quarantine.module.css'
import { QuarantineEvents } from './quarantine-events'
import { useRescan } from './quarantine-queries'

interface QuarantinedRowProps {
  readonly file: QuarantinedFile
  readonly mayOperate: boolean
  readonly scans: boolean
  readonly onReject: () => void
}

/** One version; opened, with everything that happened to its file. */
export function QuarantinedRow({ file, mayOperate, scans, onReject }: QuarantinedRowProps) {
  const [shown, setShown] = useState(false)
  const rescan = useRescan()
  const { version, organizationDisplayName, ownerDisplayName } = file
  const state = version?.state ?? 'FILE_STATE_UNSPECIFIED'
  const failed = state === 'FILE_STATE_FAILED'
  const why = reasonOf(file)
  return (
    <>
      <Table.Tr>
        <Table.Td className={classes.name ?? ''}>
          <UnstyledButton
            className={classes.disclosure ?? ''}
            aria-expanded={shown}
            onClick={() => setShown(!shown)}
          >
            {shown ? <IconChevronDown size={15} aria-hidden /> : <IconChevronRight size={15} aria-hidden />}
            <bdi title={file.displayName}>{file.displayName}</bdi>
          </UnstyledButton>
          <Text size="xs" c="dimmed" pl={21} truncate>
            Version {version?.version}, of {ownerDisplayName}
          </Text>
          <Text size="xs" c="dimmed" pl={21} hiddenFrom="sm" truncate title={organizationDisplayName}>
            {organizationDisplayName} · {formatBytes(version?.sizeBytes ?? 0n)}
          </Text>
          <Text size="xs" pl={21} hiddenFrom="md" style={{ overflowWrap: 'anywhere' }}>
            {why}
          </Text>
        </Table.Td>
        <Table.Td className={classes.tight ?? ''}>
          <FileStateTag state={state} progress={scannedShare(version)} />
          {failed && (
            <Text size="xs" c="dimmed" mt={3}>
              {file.attempts.toLocaleString('en')} {file.attempts === 1 ? 'attempt' : 'attempts'}
              {file.nextAttemptTime !== undefined && (
                <>
                  , next <RelativeTime time={file.nextAttemptTime} />
                </>
              )}
            </Text>
          )}
        </Table.Td>
        <Table.Td visibleFrom="md" className={classes.why ?? ''}>
          <Text size="sm" lineClamp={2} title={why}>
            {why || '–'}
          </Text>
        </Table.Td>
        <Table.Td visibleFrom="sm" className={classes.other ?? ''} title={organizationDisplayName}>
          {organizationDisplayName}
        </Table.Td>
        <Table.Td visibleFrom="sm" ta="right" className={classes.tight ?? ''}>
          {formatBytes(version?.sizeBytes ?? 0n)}
        </Table.Td>
        <Table.Td visibleFrom="xs" c="dimmed">
          <RelativeTime time={file.changeTime} />
        </Table.Td>
        {mayOperate && (
          <Table.Td>
            {failed && (
              <Menu position="bottom-end">
                <Menu.Target>
                  <ActionIcon aria-label={`Actions on ${file.displayName}`}>
                    <IconDots size={17} aria-hidden />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {scans && (
                    <Menu.Item
                      leftSection={<IconRefresh size={16} aria-hidden />}
                      onClick={() => rescan.mutate({ what: { $case: 'name', value: file.name } })}
                    >
                      Scan again now
                    </Menu.Item>
                  )}
                  <Menu.Item
                    leftSection={<IconBan size={16} aria-hidden />}
                    c="var(--mantine-color-error)"
                    onClick={onReject}
                  >
                    Reject…
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </Table.Td>
        )}
      </Table.Tr>
      {shown && (
        <Table.Tr>
          <Table.Td colSpan={mayOperate ? 7 : 6} className={classes.details ?? ''}>
            <QuarantineEvents name={file.name} displayName={file.displayName} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  )
}

/** What the scanner found, or why the version is not released. */
function reasonOf({ version }: QuarantinedFile): string {
  if (version === undefined) return ''
  if (version.signature !== '' && !version.failure.includes(version.signature)) {
    return `${version.signature}. ${version.failure}`.trim()
  }
  return version.failure
}

/** Of the scanner's reading, 0 to 1; undefined when it does not read. */
function scannedShare(version: QuarantinedFile['version']): number | undefined {
  if (version === undefined || version.sizeBytes === 0n) return undefined
  if (version.state !== 'FILE_STATE_SCANNING' || version.scannedBytes === 0n) return undefined
  return Number(version.scannedBytes) / Number(version.sizeBytes)
}
