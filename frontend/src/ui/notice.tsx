import { Alert } from '@mantine/core'
import type { Icon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './notice.module.css'

interface NoticeProps {
  /** Of the theme. */
  readonly color: string
  readonly icon: Icon
  readonly title: string
  readonly children: ReactNode
  readonly 'data-testid'?: string
}

/** Something that stands out on a page: its text is as readable as any, its tint says of what kind it is. */
export function Notice({ color, icon: Glyph, title, children, ...rest }: NoticeProps) {
  return (
    <Alert
      color={color}
      icon={<Glyph aria-hidden />}
      title={title}
      classNames={{ root: classes.notice ?? '', title: classes.title ?? '', icon: classes.icon ?? '' }}
      style={{
        '--notice-tint': `var(--mantine-color-${color}-5)`,
        '--notice-strong': `var(--mantine-color-${color}-9)`,
        '--notice-pale': `var(--mantine-color-${color}-3)`,
      }}
      {...rest}
    >
      {children}
    </Alert>
  )
}
