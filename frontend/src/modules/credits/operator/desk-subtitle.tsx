import { Anchor, Group } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'

interface DeskSubtitleProps {
  /** Where the page was come to from. */
  readonly to: string
  readonly label: string
  readonly children?: ReactNode
}

/** The way back, and what the page's title does not say. */
export function DeskSubtitle({ to, label, children }: DeskSubtitleProps) {
  return (
    <Group gap={12} mt={2}>
      <Anchor component={Link} to={to} inherit display="inline-flex" style={{ alignItems: 'center', gap: 4 }}>
        <IconArrowLeft size={14} aria-hidden />
        {label}
      </Anchor>
      {children}
    </Group>
  )
}
