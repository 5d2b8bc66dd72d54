import { Button, Group, Text } from '@mantine/core'
import { IconWritingSign } from '@tabler/icons-react'
import classes from './chosen-bar.module.css'

interface ChosenBarProps {
  readonly count: number
  /** More cannot be handled at once. */
  readonly maximum: number
  readonly onClear: () => void
  readonly onRecord: () => void
}

/** What can be done with the persons that are chosen, also on pages before; stays in sight. */
export function ChosenBar({ count, maximum, onClear, onRecord }: ChosenBarProps) {
  if (count === 0) return null
  return (
    <section className={classes.bar} aria-label="Chosen persons">
      <Text size="sm" fw={560} role="status">
        {count.toLocaleString('en')} {count === 1 ? 'person' : 'persons'} chosen
        {count > maximum && (
          <Text span inherit c="red">
            , more than {maximum.toLocaleString('en')} at once
          </Text>
        )}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Button variant="default" onClick={onClear}>
          Clear
        </Button>
        <Button
          leftSection={<IconWritingSign size={16} aria-hidden />}
          disabled={count > maximum}
          onClick={onRecord}
        >
          Record a consent
        </Button>
      </Group>
    </section>
  )
}
