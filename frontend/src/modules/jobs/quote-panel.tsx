import { Skeleton, Stack, Text } from '@mantine/core'
import type { CurrentOrganization } from '../../app/organization'
import { Facts } from '../../ui/facts'
import { formatBytes } from '../../ui/format-bytes'
import { durationMs, formatDuration } from '../../ui/format-duration'
import { Panel } from '../../ui/panel'
import { priceFacts, WaitWarning } from './quote-price'
import type { QuoteQuery } from './use-quote'

interface QuotePanelProps {
  readonly quote: QuoteQuery
  /** Names of required parameters without a value. */
  readonly missing: readonly string[]
  readonly malformed: boolean
  readonly organization: CurrentOrganization
}

export function QuotePanel({ quote, missing, malformed, organization }: QuotePanelProps) {
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
          <Stack gap="sm">
            <Facts
              entries={[
                ['Size', `at most ${formatBytes(quote.data.sizeBytes)}`],
                ['Time', `about ${formatDuration(durationMs(quote.data.duration))}`],
                ['Tasks', String(quote.data.taskCount)],
                ...(quote.data.price === undefined ? [] : priceFacts(quote.data.price)),
              ]}
            />
            {quote.data.price !== undefined && (
              <WaitWarning price={quote.data.price} organization={organization} />
            )}
          </Stack>
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
