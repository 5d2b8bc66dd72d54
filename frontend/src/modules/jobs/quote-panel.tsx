import { Skeleton, Text } from '@mantine/core'
import { Facts } from '../../ui/facts'
import { formatBytes } from '../../ui/format-bytes'
import { durationMs, formatDuration } from '../../ui/format-duration'
import { Panel } from '../../ui/panel'
import type { QuoteQuery } from './use-quote'

interface QuotePanelProps {
  readonly quote: QuoteQuery
  /** Names of required parameters without a value. */
  readonly missing: readonly string[]
  readonly malformed: boolean
}

export function QuotePanel({ quote, missing, malformed }: QuotePanelProps) {
  return (
    <Panel title="Quote">
      <div aria-live="polite">
        {missing.length > 0 ? (
          <Text size="sm" c="dimmed">
            Still needed: {missing.join(', ')}.
          </Text>
        ) : malformed ? (
          <Text size="sm" c="dimmed">
            Correct what is marked to see what the job takes.
          </Text>
        ) : quote.data !== undefined && !quote.isError ? (
          <Facts
            entries={[
              ['Size', `at most ${formatBytes(quote.data.sizeBytes)}`],
              ['Time', `about ${formatDuration(durationMs(quote.data.duration))}`],
              ['Tasks', String(quote.data.taskCount)],
            ]}
          />
        ) : quote.isError ? (
          <Text size="sm" c="dimmed">
            No quote for this.
          </Text>
        ) : (
          <>
            <Skeleton height={14} mb={10} width="70%" />
            <Skeleton height={14} mb={10} width="55%" />
            <Skeleton height={14} width="40%" />
          </>
        )}
      </div>
    </Panel>
  )
}
