import { Box, Group, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import classes from './panel.module.css'

interface PanelProps {
  readonly title?: string
  readonly actions?: ReactNode
  /** Content reaches the edges, as a table does. */
  readonly flush?: boolean
  readonly children: ReactNode
}

/** A titled surface; a landmark when it has a title. */
export function Panel({ title, actions, flush = false, children }: PanelProps) {
  const id = useId()
  return (
    <Box
      component="section"
      className={classes.panel}
      {...(title === undefined ? {} : { 'aria-labelledby': id })}
    >
      {(title !== undefined || actions !== undefined) && (
        <Group justify="space-between" className={classes.header} wrap="nowrap" gap="xs">
          <Title order={2} size="h3" id={id}>
            {title}
          </Title>
          {actions !== undefined && <Group gap="xs">{actions}</Group>}
        </Group>
      )}
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </Box>
  )
}
