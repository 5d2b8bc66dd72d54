import type { Job, Result, ScanState } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button, Group, Stack, Text, Tooltip } from '@mantine/core'
import { IconDownload, IconFile, IconPhoto } from '@tabler/icons-react'
import { formatBytes } from '../../ui/format-bytes'
import { Panel } from '../../ui/panel'
import { hasEnded } from '../../ui/phase'
import { Tag } from '../../ui/tag'
import classes from './job-results.module.css'
import { ResultPreview } from './result-preview'
import { isAvailable } from './result-state'
import { useFetchResult } from './use-fetch-result'

const scans: Partial<Record<ScanState, { label: string; color: string; text: string }>> = {
  SCAN_STATE_UNSCANNED: {
    label: 'Not scanned',
    color: 'gray',
    text: 'The operator of this installation has switched malware scanning off.',
  },
  SCAN_STATE_PENDING: {
    label: 'Being scanned',
    color: 'yellow',
    text: 'It can be downloaded after the scan.',
  },
  SCAN_STATE_CLEAN: { label: 'Clean', color: 'teal', text: 'Scanned; nothing was found.' },
  SCAN_STATE_INFECTED: {
    label: 'Infected',
    color: 'red',
    text: 'Malware was found; the content was deleted.',
  },
}

/** Above this many results their previews are small, so that the list can be looked over. */
const manyResults = 6

export function JobResults({ job }: { job: Job }) {
  if (job.results.length === 0) {
    if (!hasEnded(job.phase) || job.phase === 'PHASE_ERROR' || job.phase === 'PHASE_ABORTED') return null
    return (
      <Panel title="Results">
        <Text size="sm" c="dimmed">
          {job.phase === 'PHASE_ARCHIVED'
            ? 'The results were deleted at the end of their time.'
            : 'No results.'}
        </Text>
      </Panel>
    )
  }
  const total = job.results.reduce((sum, result) => sum + result.sizeBytes, 0n)
  return (
    <Panel
      title={job.results.length === 1 ? 'Result' : `Results (${job.results.length})`}
      actions={
        <Text size="sm" c="dimmed" className="numeric">
          {formatBytes(total)}
        </Text>
      }
      flush
    >
      <ul className={classes.results} data-many={job.results.length > manyResults || undefined}>
        {job.results.map((result) => (
          <ResultRow key={result.name} result={result} />
        ))}
      </ul>
    </Panel>
  )
}

function ResultRow({ result }: { result: Result }) {
  const download = useFetchResult()
  const scan = scans[result.scanState]
  const isImage = result.mediaType === 'image/png'
  const Glyph = isImage ? IconPhoto : IconFile
  return (
    <li>
      {isImage && isAvailable(result) && <ResultPreview result={result} />}
      <Group gap="md" wrap="wrap">
        <Glyph size={20} stroke={1.5} className={classes.symbol} aria-hidden />
        <Stack gap={1} flex="1 1 200px" miw={0}>
          <Text size="sm" fw={570} truncate title={result.fileName}>
            {result.fileName}
          </Text>
          <Text size="xs" c="dimmed" truncate title={`${result.sourceId} ${result.stencil}`}>
            {[formatBytes(result.sizeBytes), result.sourceId, result.stencil]
              .filter((part) => part !== '')
              .join(' · ')}
          </Text>
        </Stack>
        {scan !== undefined && (
          <Tooltip label={scan.text}>
            <Tag color={scan.color}>{scan.label}</Tag>
          </Tooltip>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
          disabled={!isAvailable(result)}
          loading={download.isPending}
          onClick={() => download.mutate(result)}
          aria-label={`Download ${result.fileName}`}
        >
          Download
        </Button>
      </Group>
    </li>
  )
}
