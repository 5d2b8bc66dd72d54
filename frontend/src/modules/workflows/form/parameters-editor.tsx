import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button, Checkbox, Select, SimpleGrid, Stack, TagsInput, Text, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { containerKinds } from '../parameter-words'
import { ListItem } from './list-item'
import { newParameter, type ParameterDraft } from './parameter-draft'

interface ParametersEditorProps {
  readonly drafts: readonly ParameterDraft[]
  readonly onChange: (drafts: readonly ParameterDraft[]) => void
  /** What is wrong with a field of the parameter at an index, such as (0, "name"). */
  readonly problem: (index: number, field: string) => string | undefined
}

/** Parameters of containers: each is given as a variable of their environment. */
export function ParametersEditor({ drafts, onChange, problem }: ParametersEditorProps) {
  return (
    <Stack gap="sm">
      {drafts.length === 0 && (
        <Text size="sm" c="dimmed">
          None. A parameter is given to the container as a variable of its environment.
        </Text>
      )}
      {drafts.map((draft, index) => (
        <ListItem
          key={draft.key}
          label={`Parameter ${index + 1}`}
          onRemove={() => onChange(drafts.filter((other) => other !== draft))}
        >
          <Fields
            draft={draft}
            number={index + 1}
            problem={(field) => problem(index, field)}
            onChange={(change) => onChange(drafts.with(index, { ...draft, ...change }))}
          />
        </ListItem>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconPlus size={14} aria-hidden />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() => onChange([...drafts, newParameter()])}
      >
        Add a parameter
      </Button>
    </Stack>
  )
}

interface FieldsProps {
  readonly draft: ParameterDraft
  /** From 1. */
  readonly number: number
  readonly problem: (field: string) => string | undefined
  readonly onChange: (change: Partial<ParameterDraft>) => void
}

function Fields({ draft, number, problem, onChange }: FieldsProps) {
  const text = (
    field: 'name' | 'description' | 'defaultValue' | 'minimum' | 'maximum' | 'unit',
    api: string,
  ) => ({
    value: draft[field],
    error: problem(api),
    autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [field]: event.currentTarget.value }),
  })
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
        <TextInput
          label="Name"
          placeholder="THRESHOLD"
          maxLength={64}
          classNames={{ input: 'mono' }}
          {...text('name', 'name')}
        />
        <Select
          label="Takes"
          data={containerKinds}
          value={draft.kind}
          allowDeselect={false}
          error={problem('kind')}
          aria-label={`What parameter ${number} takes`}
          onChange={(kind) => onChange({ kind: (kind ?? draft.kind) as ParameterSchema['kind'] })}
        />
      </SimpleGrid>
      <TextInput label="Description" maxLength={1000} {...text('description', 'description')} />
      {draft.kind === 'PARAMETER_KIND_ENUM' && (
        <TagsInput
          label="Choices"
          placeholder={draft.values.length === 0 ? 'Type one and press Enter' : ''}
          value={[...draft.values]}
          error={problem('values')}
          size="sm"
          onChange={(values) => onChange({ values })}
        />
      )}
      <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="sm" verticalSpacing="sm">
        <TextInput label="Default" {...text('defaultValue', 'default_value')} />
        {draft.kind === 'PARAMETER_KIND_NUMBER' && (
          <>
            <TextInput label="At least" inputMode="decimal" {...text('minimum', 'minimum')} />
            <TextInput label="At most" inputMode="decimal" {...text('maximum', 'maximum')} />
            <TextInput label="Unit" maxLength={32} {...text('unit', 'unit')} />
          </>
        )}
      </SimpleGrid>
      <Checkbox
        label="Has to be given"
        checked={draft.required}
        onChange={(event) => onChange({ required: event.currentTarget.checked })}
      />
    </>
  )
}
