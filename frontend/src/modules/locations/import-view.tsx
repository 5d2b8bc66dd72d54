import type { FixImport, RejectedRow } from '@fairlead/proto/web/fairlead/locations/v1/imports'
import { Alert, Button, CloseButton, Group, Progress, Stack, Table, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { toApiError } from '../../app/api-error'
import { ErrorState } from '../../ui/error-state'
import { formatBytes } from '../../ui/format-bytes'
import { formatDuration } from '../../ui/format-duration'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { saveFile } from '../../ui/save-file'
import { Tag } from '../../ui/tag'
import { type Sending, useCancelImport, useImport } from './import-queries'
import { formatLabel, hasEnded, importStateColor, importStateLabel, readPart } from './import-state'
import classes from './imports.module.css'

interface ImportViewProps {
  readonly organization: string
  /** UUID. */
  readonly id: string
  /** Where this page sends its file. */
  readonly sending: Sending | undefined
  readonly onStop: () => void
  readonly onClose: () => void
}

/** One import: how far it is, what was stored and what was rejected. */
export function ImportView({ organization, id, sending, onStop, onClose }: ImportViewProps) {
  const query = useImport(organization, id)
  const cancel = useCancelImport(organization)
  const one = query.data
  if (one === undefined) {
    return (
      <Panel
        title={sending?.fileName ?? 'Import'}
        actions={<CloseButton aria-label="Close the import" onClick={onClose} />}
      >
        {query.isError ? (
          <ErrorState
            error={query.error}
            {...(toApiError(query.error).transient
              ? { onRetry: () => query.refetch() }
              : { title: 'There is no such import' })}
          />
        ) : (
          <ListSkeleton rows={3} />
        )}
      </Panel>
    )
  }
  const ended = hasEnded(one)
  return (
    <Panel
      title={one.fileName}
      actions={
        <>
          <Tag color={importStateColor(one.state)}>
            <span data-testid="import-state">{importStateLabel(one.state)}</span>
          </Tag>
          {ended ? (
            <CloseButton aria-label="Close the import" onClick={onClose} />
          ) : (
            <Button
              size="compact-sm"
              variant="default"
              loading={cancel.isPending}
              // The connection ends when the server has said so: what it read is counted until then.
              onClick={() => cancel.mutate(one.name, { onSettled: onStop })}
            >
              Cancel
            </Button>
          )}
        </>
      }
    >
      <Stack gap="md">
        <Reading one={one} sending={sending} />
        <dl className={classes.figures}>
          {figuresOf(one).map(([name, value, warning]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd data-warning={warning || undefined}>{value}</dd>
            </div>
          ))}
        </dl>
        {one.failure !== '' && (
          <Alert color="red" role="alert" title="The import broke off">
            {one.failure}
            <Text size="sm" mt={4}>
              What was read before is kept. Sending the file again does no harm: fixes that are there already
              are only counted.
            </Text>
          </Alert>
        )}
        {one.rejections.length > 0 && <Rejections one={one} />}
      </Stack>
    </Panel>
  )
}

/** The bar, and what is being done. */
function Reading({ one, sending }: { one: FixImport; sending: Sending | undefined }) {
  if (hasEnded(one)) return null
  const end = sending?.end
  if (one.state === 'FIX_IMPORT_STATE_WAITING' && (end?.kind === 'refused' || end?.kind === 'broken')) {
    return (
      <Alert color="orange" role="alert" title="The file was not taken">
        {end.kind === 'broken'
          ? 'The connection broke off before anything was read.'
          : end.text || `The server answered ${end.status}.`}
        <div>
          <Button size="compact-sm" variant="default" mt="xs" onClick={sending?.again}>
            Send it again
          </Button>
        </div>
      </Alert>
    )
  }
  const sent = sending === undefined || sending.sizeBytes === 0 ? 0 : sending.sentBytes / sending.sizeBytes
  const part = readPart(one) ?? sent
  const words =
    one.state === 'FIX_IMPORT_STATE_WAITING'
      ? sending === undefined
        ? 'Its file has not arrived yet'
        : `Sending, ${formatBytes(sending.sentBytes)} of ${formatBytes(sending.sizeBytes)}`
      : `Reading, ${formatBytes(one.bytesRead)}${one.sizeBytes > 0n ? ` of ${formatBytes(one.sizeBytes)}` : ''}`
  return (
    <div>
      <Progress
        value={part * 100}
        size="md"
        animated={one.state === 'FIX_IMPORT_STATE_RUNNING'}
        aria-label={`Import of ${one.fileName}`}
      />
      <Group justify="space-between" mt={6} gap="xs">
        <Text size="xs" c="dimmed" className="numeric">
          {words}
        </Text>
        {sending !== undefined && sending.end === undefined && (
          <Text size="xs" c="dimmed">
            Keep this page open until the file is through.
          </Text>
        )}
      </Group>
    </div>
  )
}

type Figure = readonly [name: string, value: string, warning?: boolean]

function figuresOf(one: FixImport): Figure[] {
  const { accepted = 0n, duplicates = 0n, rejected = 0n } = one.counts ?? {}
  const count = (value: bigint | number) => value.toLocaleString('en')
  return [
    ['Rows read', count(one.rowsRead)],
    ['Fixes stored', count(accepted)],
    ['Already there', count(duplicates)],
    ['Rejected', count(rejected), rejected > 0n],
    ...(one.devicesCreated > 0 ? [['Devices made', count(one.devicesCreated)] as const] : []),
    ...(formatLabel(one.format) === '' ? [] : [['Format', formatLabel(one.format)] as const]),
    ...(one.endTime === undefined || one.createTime === undefined
      ? []
      : [['Took', formatDuration(one.endTime.getTime() - one.createTime.getTime())] as const]),
  ]
}

function Rejections({ one }: { one: FixImport }) {
  const rejected = one.counts?.rejected ?? 0n
  const all = BigInt(one.rejections.length) >= rejected
  return (
    <section aria-label="Rejected rows">
      <Group justify="space-between" mb={8} gap="xs">
        <Text size="sm" fw={600}>
          {all ? 'Rejected rows' : `The first ${one.rejections.length.toLocaleString('en')} rejected rows`}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() =>
            saveFile(
              [new Blob([csvOf(one.rejections)])],
              `${one.fileName.replace(/[^\p{L}\p{N}._-]+/gu, '-')}-rejected.csv`,
              'text/csv',
            )
          }
        >
          Save as CSV
        </Button>
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard. */}
      <div className={classes.rows} tabIndex={0}>
        <Table fz="sm" aria-label="Rejected rows" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th ta="right" w={90}>
                Line
              </Table.Th>
              <Table.Th visibleFrom="sm">Field</Table.Th>
              <Table.Th>What is wrong</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {one.rejections.map(({ line, field, description }, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line may be rejected for several fields; the order stays.
              <Table.Tr key={place}>
                <Table.Td ta="right">{line.toLocaleString('en')}</Table.Td>
                <Table.Td className="mono" visibleFrom="sm">
                  {field || '–'}
                </Table.Td>
                <Table.Td className={classes.problem ?? ''}>
                  {field !== '' && (
                    <Text size="xs" c="dimmed" className="mono" hiddenFrom="sm">
                      {field}
                    </Text>
                  )}
                  {description}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  )
}

function csvOf(rejections: readonly RejectedRow[]): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  return [
    'line,field,description',
    ...rejections.map(({ line, field, description }) => `${line},${quoted(field)},${quoted(description)}`),
    '',
  ].join('\r\n')
}
