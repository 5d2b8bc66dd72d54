import type { ReactNode } from 'react'
import classes from './tag.module.css'

interface TagProps {
  /** Of the theme: its ink is dark enough on its own tint, which a light badge's is not for yellow. */
  readonly color?: string
  readonly children: ReactNode
}

/** A short state or kind. */
export function Tag({ color = 'gray', children }: TagProps) {
  return (
    <span
      className={classes.tag}
      style={{
        '--tag-strong': `var(--mantine-color-${color}-9)`,
        '--tag-pale': `var(--mantine-color-${color}-2)`,
        '--tag-tint': `var(--mantine-color-${color}-5)`,
      }}
    >
      {children}
    </span>
  )
}
