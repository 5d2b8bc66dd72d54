import { Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './chosen-files-bar.module.css'

interface ChosenFilesBarProps {
  readonly count: number
  readonly onClear: () => void
  /** What can be done with them. */
  readonly children: ReactNode
}

export function ChosenFilesBar({ count, onClear, children }: ChosenFilesBarProps) {
  if (count === 0) return null
  return (
    <section className={classes.bar} aria-label="Chosen files">
      <Text size="sm" fw={600} className="numeric">
        {count} chosen
      </Text>
      {children}
      <Button size="compact-sm" variant="subtle" onClick={onClear}>
        Choose none
      </Button>
    </section>
  )
}
