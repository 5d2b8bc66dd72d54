import { Button, Checkbox, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { type InputDraft, newInput } from './input-draft'
import { ListItem } from './list-item'

interface InputsEditorProps {
  readonly drafts: readonly InputDraft[]
  readonly onChange: (drafts: readonly InputDraft[]) => void
  /** What is wrong with a field of the input at an index, such as (0, "name"). */
  readonly problem: (index: number, field: string) => string | undefined
}

/** What containers read: each input is a folder of files. */
export function InputsEditor({ drafts, onChange, problem }: InputsEditorProps) {
  return (
    <Stack gap="sm">
      {drafts.length === 0 && (
        <Text size="sm" c="dimmed">
          None. An input is a folder of files, such as <span className="mono">/in/tile/</span>, that the
          container reads.
        </Text>
      )}
      {drafts.map((draft, index) => {
        const edit = (change: Partial<InputDraft>) => onChange(drafts.with(index, { ...draft, ...change }))
        return (
          <ListItem
            key={draft.key}
            label={`Input ${index + 1}`}
            onRemove={() => onChange(drafts.filter((other) => other !== draft))}
          >
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
              <TextInput
                label="Name"
                placeholder="tile"
                maxLength={32}
                classNames={{ input: 'mono' }}
                autoComplete="off"
                value={draft.name}
                error={problem(index, 'name')}
                onChange={(event) => edit({ name: event.currentTarget.value })}
              />
              <TextInput
                label="Files at most"
                placeholder="1,000"
                inputMode="numeric"
                autoComplete="off"
                value={draft.maxFiles}
                error={problem(index, 'max_files')}
                onChange={(event) => edit({ maxFiles: event.currentTarget.value })}
              />
            </SimpleGrid>
            <TextInput
              label="Description"
              maxLength={1000}
              value={draft.description}
              error={problem(index, 'description')}
              onChange={(event) => edit({ description: event.currentTarget.value })}
            />
            <Checkbox
              label="May be left out"
              checked={draft.optional}
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
        onClick={() => onChange([...drafts, newInput()])}
      >
        Add an input
      </Button>
    </Stack>
  )
}
