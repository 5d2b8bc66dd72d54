import { Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { toApiError } from '../app/api-error'
import classes from './state.module.css'

interface ErrorStateProps {
  readonly error: unknown
  readonly title?: string
  /** Shown instead of the server's words. */
  readonly text?: string
  readonly onRetry?: () => void
  /** Where to go on from here. */
  readonly action?: ReactNode
}

export function ErrorState({ error, title, text, onRetry, action }: ErrorStateProps) {
  const failure = toApiError(error)
  const Glyph = failure.transient ? IconPlugConnectedX : IconAlertTriangle
  return (
    <Stack align="center" gap={6} py={48} px="md" ta="center" role="alert">
      <div className={`${classes.symbol} ${classes.failure}`}>
        <Glyph size={24} stroke={1.6} aria-hidden />
      </div>
      <Text fw={600}>{title ?? titles[failure.code] ?? 'This did not work'}</Text>
      <Text c="dimmed" size="sm" maw={480} style={{ overflowWrap: 'anywhere' }}>
        {text ?? failure.message}
      </Text>
      {onRetry !== undefined && (
        <Button variant="default" mt={10} onClick={onRetry}>
          Try again
        </Button>
      )}
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </Stack>
  )
}

const titles: Partial<Record<string, string>> = {
  UNAVAILABLE: 'Fairlead cannot be reached',
  DEADLINE_EXCEEDED: 'The server is slow to answer',
  NOT_FOUND: 'Not found',
  PERMISSION_DENIED: 'You may not see this',
}
