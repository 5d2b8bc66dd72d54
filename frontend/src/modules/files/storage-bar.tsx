import { Progress, Text, Tooltip } from '@mantine/core'
import { formatBytes } from '../../ui/format-bytes'
import { useStorageUsage } from './file-queries'
import classes from './storage-bar.module.css'

/** Above this share the bar warns. */
const nearlyFull = 0.9

/** How much of the organisation's quota is taken. */
export function StorageBar({ organization }: { organization: string }) {
  const usage = useStorageUsage(organization).data
  if (usage === undefined) return <div className={classes.bar} aria-hidden />
  const quota = Math.max(1, Number(usage.quotaBytes))
  const used = Number(usage.usedBytes)
  const reserved = Number(usage.reservedBytes)
  const trashed = Math.min(used, Number(usage.trashedBytes))
  const taken = (used + reserved) / quota
  const left = Math.max(0, quota - used - reserved)
  const color = taken >= 1 ? 'red' : taken >= nearlyFull ? 'orange' : 'sea'
  const parts = [
    { what: 'Files', bytes: used - trashed, color: `${color}.6` },
    { what: 'In the trash', bytes: trashed, color: 'gray.5' },
    { what: 'Of uploads that have not ended', bytes: reserved, color: 'sea.3' },
  ]
  return (
    <section className={classes.bar} aria-label="Storage">
      <Text size="sm" className="numeric">
        <Text span fw={600} inherit>
          {formatBytes(used + reserved)}
        </Text>{' '}
        of {formatBytes(quota)} used
        <Text span c={taken >= nearlyFull ? 'var(--mantine-color-error)' : 'dimmed'} inherit>
          {taken >= 1
            ? ' · nothing left: empty the trash, or ask the operator for more'
            : ` · ${formatBytes(left)} left`}
        </Text>
        {trashed > 0 && (
          <Text span c="dimmed" inherit>
            {' '}
            · {formatBytes(trashed)} in the trash
          </Text>
        )}
      </Text>
      <Progress.Root size={7} radius="xl" className={classes.track ?? ''}>
        {parts
          .filter(({ bytes }) => bytes > 0)
          .map((part) => (
            <Tooltip key={part.what} label={`${part.what}: ${formatBytes(part.bytes)}`}>
              <Progress.Section
                // So that a little of a lot is seen at all.
                value={Math.max(0.4, (part.bytes / quota) * 100)}
                color={part.color}
                aria-label={`${part.what}: ${formatBytes(part.bytes)}`}
              />
            </Tooltip>
          ))}
      </Progress.Root>
    </section>
  )
}
