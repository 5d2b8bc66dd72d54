import { Stack, Text } from '@mantine/core'
import type { Icon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './state.module.css'

interface EmptyStateProps {
  readonly icon: Icon
  readonly title: string
  readonly text?: ReactNode
  readonly action?: ReactNode
  /** Takes less room, where to be empty is usual. */
  readonly compact?: boolean
}

export function EmptyState({ icon: Glyph, title, text, action, compact = false }: EmptyStateProps) {
  return (
    <Stack align="center" gap={6} py={compact ? 24 : 48} px="md" ta="center">
      <div className={classes.symbol}>
        <Glyph size={24} stroke={1.6} aria-hidden />
      </div>
      <Text fw={600}>{title}</Text>
      {text !== undefined && (
        <Text c="dimmed" size="sm" maw={420}>
          {text}
        </Text>
      )}
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </Stack>
  )
}
