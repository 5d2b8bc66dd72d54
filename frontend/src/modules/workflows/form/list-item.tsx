import { ActionIcon, Tooltip } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './list-item.module.css'

interface ListItemProps {
  /** What it is: "Parameter 2". */
  readonly label: string
  readonly onRemove: () => void
  readonly children: ReactNode
}

/** One of a list that is edited, with the button that takes it out. */
export function ListItem({ label, onRemove, children }: ListItemProps) {
  return (
    <fieldset className={classes.item} aria-label={label}>
      <div className={classes.fields}>{children}</div>
      <Tooltip label="Remove">
        <ActionIcon
          className={classes.remove ?? ''}
          aria-label={`Remove ${label.toLowerCase()}`}
          onClick={onRemove}
        >
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </fieldset>
  )
}
