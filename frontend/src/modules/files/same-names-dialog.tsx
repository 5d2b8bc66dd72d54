import { Button, Group, Modal, Text } from '@mantine/core'
import type { NameChoice, SameNames } from './use-add-files'

interface SameNamesDialogProps {
  readonly asking: SameNames
  readonly opened: boolean
  readonly onAnswer: (choice: NameChoice | undefined) => void
}

const shownNames = 5

/** Files of these names are there already. */
export default function SameNamesDialog({ asking, opened, onAnswer }: SameNamesDialogProps) {
  const names = [...asking.there.keys()]
  const one = names.length === 1
  const mayChange = [...asking.there.values()].every(({ editable }) => editable)
  const others = asking.chosen.length - names.length
  return (
    <Modal
      opened={opened}
      onClose={() => onAnswer(undefined)}
      title={one ? 'There is a file of this name' : `There are ${names.length} files of these names`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
        {names.slice(0, shownNames).map((name) => (
          <div key={name}>
            <bdi>“{name}”</bdi>
          </div>
        ))}
        {names.length > shownNames && <div>and {names.length - shownNames} more</div>}
      </Text>
      <Text size="sm" mt="sm">
        {mayChange
          ? 'A new version takes the place of what is there, which stays among the versions.'
          : 'Whoever uploaded what is there can add versions of it; you can keep both.'}
      </Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        {others > 0 && (
          <Button variant="default" onClick={() => onAnswer('skip')}>
            {others === 1 ? 'Upload only the other' : `Upload only the ${others} others`}
          </Button>
        )}
        <Button
          variant="default"
          onClick={() => onAnswer('both')}
          {...(mayChange ? {} : { 'data-autofocus': true })}
        >
          Keep both
        </Button>
        {mayChange && (
          <Button onClick={() => onAnswer('version')} data-autofocus>
            {one ? 'Add a new version' : 'Add new versions'}
          </Button>
        )}
      </Group>
    </Modal>
  )
}
