import { Button, Checkbox, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { ListItem } from '../form/list-item'
import { unique } from './draft-changes'
import { NameInput } from './name-input'
import { newRunInput, type RunInputDraft } from './workflow-draft'

interface RunInputsEditorProps {
  readonly inputs: readonly RunInputDraft[]
  /** @param together changes that follow each other under one name are undone together */
  readonly onChange: (inputs: readonly RunInputDraft[], together: string) => void
  /** What is wrong with a field of the input at an index, such as (0, "name"). */
  readonly problem: (index: number, field: string) => string | undefined
}

/** What whoever starts a run chooses: datasets or files. */
export function RunInputsEditor({ inputs, onChange, problem }: RunInputsEditorProps) {
  return (
    <Stack gap="sm">
      {inputs.length === 0 && (
        <Text size="sm" c="dimmed">
          None. For each input, whoever starts a run chooses datasets or files.
        </Text>
      )}
      {inputs.map((input, index) => {
        const edit = (change: Partial<RunInputDraft>) =>
          onChange(inputs.with(index, { ...input, ...change }), `${input.key} ${Object.keys(change).join()}`)
        return (
          <ListItem
            key={input.key}
            label={`Input ${index + 1}`}
            onRemove={() =>
              onChange(
                inputs.filter((other) => other !== input),
                '',
              )
            }
          >
            <NameInput
              value={input.name}
              taken={inputs.filter(({ key }) => key !== input.key).map(({ name }) => name)}
              problem={problem(index, 'name')}
              onChange={(name) => edit({ name })}
            />
            <TextInput
              label="Description"
              maxLength={1000}
              value={input.description}
              error={problem(index, 'description')}
              onChange={(event) => edit({ description: event.currentTarget.value })}
            />
            <Checkbox
              label="May be left out"
              checked={input.optional}
              onChange={(event) => edit({ optional: event.currentTarget.checked })}
            />
          </ListItem>
        )
      })}
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconPlus size={14} aria-hidden />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() =>
          onChange(
            [
              ...inputs,
              newRunInput(
                unique(
                  'input',
                  inputs.map(({ name }) => name),
                ),
              ),
            ],
            '',
          )
        }
      >
        Add an input
      </Button>
    </Stack>
  )
}
