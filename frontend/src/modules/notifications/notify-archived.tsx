import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'

/** Says that notifications left the inbox, and offers to bring them back. */
export function notifyArchived(count: number, onUndo: () => void): void {
  const id = notifications.show({
    color: 'teal',
    autoClose: 8_000,
    role: 'status',
    closeButtonProps: { 'aria-label': 'Dismiss' },
    message: (
      <Group justify="space-between" wrap="nowrap">
        {count === 1 ? 'Archived' : `${count.toLocaleString('en')} archived`}
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id)
            onUndo()
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  })
}
