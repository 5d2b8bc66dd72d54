import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Button, Modal, Text, TextInput } from '@mantine/core'
import { IconBox, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../../app/organization'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import classes from './add-step-dialog.module.css'

interface AddStepDialogProps {
  readonly opened: boolean
  readonly organization: CurrentOrganization
  readonly approved: readonly Algorithm[]
  readonly isPending: boolean
  readonly error: unknown
  readonly onClose: () => void
  readonly onAdd: (algorithm: Algorithm) => void
}

/** Chooses what a new step runs, by words of its name, its reference and its description. */
export default function AddStepDialog(props: AddStepDialogProps) {
  const { opened, organization, approved, isPending, error, onClose, onAdd } = props
  const [words, setWords] = useState('')
  const found = approved.filter((algorithm) => fits(algorithm, words))
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => setWords('')}
      title="Add a step"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {approved.length === 0 ? (
        isPending ? (
          <ListSkeleton rows={4} />
        ) : error !== null && error !== undefined ? (
          <ErrorState error={error} />
        ) : (
          <EmptyState
            compact
            icon={IconBox}
            title="No algorithm is approved yet"
            text="Register one; it can be a step once the operator has approved it."
            action={
              <Button component={Link} to={`${organization.path}/algorithms`} variant="default">
                Algorithms
              </Button>
            }
          />
        )
      ) : (
        <>
          <TextInput
            aria-label="Search algorithms"
            placeholder="Search algorithms"
            leftSection={<IconSearch size={16} aria-hidden />}
            data-autofocus
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            onKeyDown={(event) => {
              const [only] = found
              if (event.key === 'Enter' && found.length === 1 && only !== undefined) onAdd(only)
            }}
          />
          <ul className={classes.list} aria-label="Algorithms">
            {found.map((algorithm) => (
              <li key={algorithm.name}>
                <button type="button" className={classes.row} onClick={() => onAdd(algorithm)}>
                  <span className={classes.name}>
                    <b>{algorithm.spec?.displayName}</b>
                    <span className="mono">{algorithm.reference}</span>
                  </span>
                  {algorithm.spec?.description !== '' && (
                    <span className={classes.text}>{algorithm.spec?.description}</span>
                  )}
                  <span className={classes.text}>{interfaceText(algorithm)}</span>
                </button>
              </li>
            ))}
          </ul>
          {found.length === 0 && (
            <Text size="sm" c="dimmed" p="md" ta="center">
              No approved algorithm fits these words.
            </Text>
          )}
        </>
      )}
    </Modal>
  )
}

function fits({ reference, spec, organizationDisplayName }: Algorithm, words: string): boolean {
  const text = [reference, spec?.displayName, spec?.description, organizationDisplayName]
    .join(' ')
    .toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function interfaceText({ spec }: Algorithm): string {
  const inputs = spec?.inputs.map(({ name }) => name) ?? []
  const parameters = spec?.parameters.map(({ name }) => name) ?? []
  return [
    inputs.length === 0 ? 'reads nothing' : `reads ${inputs.join(', ')}`,
    parameters.length === 0 ? '' : `takes ${parameters.join(', ')}`,
  ]
    .filter((part) => part !== '')
    .join(' · ')
}
