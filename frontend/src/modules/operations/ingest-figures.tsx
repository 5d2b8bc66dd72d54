import type { FixSink, IngestState } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { Text } from '@mantine/core'
import { dayOf } from '../../ui/day'
import { formatBytes } from '../../ui/format-bytes'
import { formatDuration } from '../../ui/format-duration'
import classes from './operations.module.css'

const sinks: Partial<Record<FixSink, { readonly label: string; readonly note: string }>> = {
  FIX_SINK_DIRECT: { label: 'Direct', note: 'to the database' },
  FIX_SINK_AMQP: { label: 'Queue', note: 'of RabbitMQ' },
}

/** A queue that is behind by more wants a look. */
const longLagS = 60

interface Figure {
  readonly name: string
  readonly value: string | undefined
  readonly note?: string | undefined
  readonly warning?: boolean
}

/** Fixes on their way and at rest, at a glance. */
export function IngestFigures({ state }: { state: IngestState | undefined }) {
  const queued = state?.sink === 'FIX_SINK_AMQP'
  const figures: Figure[] = [
    {
      name: 'Takes fixes in',
      value: state === undefined ? undefined : (sinks[state.sink]?.label ?? 'Unknown'),
      note: state === undefined ? undefined : sinks[state.sink]?.note,
    },
    {
      name: 'Fixes a second',
      value: state && rate(state.fixesPerS),
      note: 'last 5 minutes',
    },
    {
      name: 'Batches in the queue',
      value: state && (queued ? count(state.queuedBatches) : 'none'),
    },
    {
      name: 'Lag',
      value: state && (queued ? formatDuration(state.lagS * 1000) : 'none'),
      note: queued ? 'of the oldest' : undefined,
      warning: (state?.lagS ?? 0) > longLagS,
    },
    { name: 'Fixes stored', value: state && count(state.storedFixes), note: 'by estimate' },
    { name: 'On disk', value: state && formatBytes(state.storedBytes), note: 'with indexes' },
    {
      name: 'Days',
      value: state && count(BigInt(state.partitionCount)),
      note:
        state?.oldestDay === undefined || state.newestDay === undefined
          ? undefined
          : `${dayOf(state.oldestDay)} to ${dayOf(state.newestDay)}`,
    },
    {
      name: 'Dead batches',
      value: state && count(state.deadBatchCount),
      warning: (state?.deadBatchCount ?? 0n) > 0n,
    },
  ]
  return (
    <dl className={`${classes.figures} ${classes.delivery}`}>
      {figures.map(({ name, value, note, warning = false }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-warning={warning || undefined}>
            {value ?? '–'}
            {value !== undefined && note !== undefined && (
              <Text
                span
                size="xs"
                fw={450}
                className={classes.beside ?? ''}
                {...(warning ? {} : { c: 'dimmed' })}
              >
                {note}
              </Text>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function count(value: bigint): string {
  return value.toLocaleString('en')
}

function rate(perSecond: number): string {
  return perSecond.toLocaleString('en', { maximumFractionDigits: perSecond < 10 ? 1 : 0 })
}
