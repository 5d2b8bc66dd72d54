import { Radio, Select, SimpleGrid, Stack, Switch, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { FieldViolation } from '../../../app/api-error'
import type { CurrentOrganization } from '../../../app/organization'
import { Panel } from '../../../ui/panel'
import { datasetId } from '../../datasets/dataset-id'
import { useDatasets } from '../../datasets/dataset-queries'
import { useEnvironments } from '../environment-queries'
import { cpuText, environmentId, environmentLabel } from '../environments/environment-words'
import { sizeText } from '../environments/size-text'
import { InputsEditor } from '../form/inputs-editor'
import { ParametersEditor } from '../form/parameters-editor'
import { problemAt } from '../form/problem-at'
import { type AlgorithmDraft, type DatasetChoice, suggestedId } from './algorithm-draft'

interface SpecFormProps {
  readonly draft: AlgorithmDraft
  readonly onChange: (change: Partial<AlgorithmDraft>) => void
  readonly organization: CurrentOrganization
  /** Whether it is the first version, which chooses the identifier. */
  readonly isNew: boolean
  readonly violations: readonly FieldViolation[]
  /** Whether one tried to register it, so that what is empty is said to be wrong. */
  readonly tried: boolean
}

/** Fields of requests at which this form says what is wrong. */
export const shownFields = [
  'algorithm_id',
  'spec.display_name',
  'spec.description',
  'spec.image',
  'spec.command',
  'spec.arguments',
  'spec.parameters',
  'spec.inputs',
  'spec.environment',
  'spec.datasets',
] as const

export function SpecForm({ draft, onChange, organization, isNew, violations, tried }: SpecFormProps) {
  const environments = useEnvironments(organization.slug)
  const [idIsOwn, setIdIsOwn] = useState(!isNew)
  const problem = (path: string, isEmpty = false, needed = '') =>
    isEmpty ? (tried && needed !== '' ? needed : undefined) : problemAt(violations, path)
  const offered = (environments.data?.environments ?? []).map((environment) => ({
    value: environment.name,
    label: `${environmentLabel(environment)} (${cpuText(environment.cpuMillis)}, ${sizeText(environment.memoryBytes)})`,
  }))
  const isClosed =
    draft.environment !== '' &&
    environments.data !== undefined &&
    !offered.some(({ value }) => value === draft.environment)

  return (
    <Stack gap="md">
      <Panel title="What it is">
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" verticalSpacing="md">
            <TextInput
              label="Name"
              required
              maxLength={120}
              value={draft.displayName}
              error={problem('spec.display_name', draft.displayName.trim() === '', 'Give it a name.')}
              onChange={({ currentTarget: { value } }) =>
                onChange({ displayName: value, ...(idIsOwn ? {} : { id: suggestedId(value) }) })
              }
            />
            <TextInput
              label="Identifier"
              description={isNew ? 'Workflows name it by this, for good' : 'The same for all its versions'}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              required
              maxLength={63}
              disabled={!isNew}
              classNames={{ input: 'mono' }}
              autoComplete="off"
              value={draft.id}
              error={problem('algorithm_id', draft.id.trim() === '', 'Give it an identifier.')}
              onChange={({ currentTarget: { value } }) => {
                setIdIsOwn(value !== '')
                onChange({ id: value })
              }}
            />
          </SimpleGrid>
          <Textarea
            label="Description"
            description="What it does, what it expects and what it leaves"
            autosize
            minRows={3}
            maxRows={14}
            maxLength={8000}
            value={draft.description}
            error={problem('spec.description')}
            onChange={(event) => onChange({ description: event.currentTarget.value })}
          />
        </Stack>
      </Panel>
      <Panel title="What runs">
        <Stack gap="md">
          <TextInput
            label="Image"
            description="With its digest, so that it stays the same: registry/group/name@sha256:…"
            required
            maxLength={512}
            classNames={{ input: 'mono' }}
            autoComplete="off"
            spellCheck={false}
            value={draft.image}
            error={problem('spec.image', draft.image.trim() === '', 'Give the image with its digest.')}
            onChange={(event) => onChange({ image: event.currentTarget.value })}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" verticalSpacing="md">
            <Textarea
              label="Command"
              description="A word a line; empty for the image’s entry point"
              autosize
              minRows={2}
              maxRows={10}
              classNames={{ input: 'mono' }}
              spellCheck={false}
              value={draft.command}
              error={problem('spec.command')}
              onChange={(event) => onChange({ command: event.currentTarget.value })}
            />
            <Textarea
              label="Arguments"
              description="A word a line"
              autosize
              minRows={2}
              maxRows={10}
              classNames={{ input: 'mono' }}
              spellCheck={false}
              value={draft.arguments}
              error={problem('spec.arguments')}
              onChange={(event) => onChange({ arguments: event.currentTarget.value })}
            />
          </SimpleGrid>
          <Select
            label="Environment"
            description="What a container gets, where a workflow does not say otherwise"
            required
            data={[
              ...offered,
              ...(isClosed
                ? [{ value: draft.environment, label: `${environmentId(draft.environment)} (closed)` }]
                : []),
            ]}
            value={draft.environment === '' ? null : draft.environment}
            placeholder={environments.isError ? 'They could not be loaded' : 'Choose one'}
            allowDeselect={false}
            maw={420}
            error={problem('spec.environment', draft.environment === '', 'Choose an environment.')}
            onChange={(value) => onChange({ environment: value ?? '' })}
          />
        </Stack>
      </Panel>
      <Panel title="Inputs">
        <InputsEditor
          drafts={draft.inputs}
          onChange={(inputs) => onChange({ inputs })}
          problem={(index, field) =>
            problem(
              `spec.inputs[${index}].${field}`,
              field === 'name' && draft.inputs[index]?.name === '',
              'Give it a name.',
            )
          }
        />
      </Panel>
      <Panel title="Parameters">
        <ParametersEditor
          drafts={draft.parameters}
          onChange={(parameters) => onChange({ parameters })}
          problem={(index, field) =>
            problem(
              `spec.parameters[${index}].${field}`,
              field === 'name' && draft.parameters[index]?.name === '',
              'Give it a name.',
            )
          }
        />
      </Panel>
      <Panel title="Who and what it is for">
        <Stack gap="md">
          <Radio.Group
            label="Datasets that it may be given"
            value={draft.datasets}
            onChange={(datasets) => onChange({ datasets: datasets as DatasetChoice })}
            error={draft.datasets === 'these' ? undefined : problem('spec.datasets')}
          >
            <Stack gap={8} mt={6}>
              <Radio value="none" label="None" />
              <Radio value="any" label="Any that the organisation of the run may read" />
              <Radio value="these" label="These" />
            </Stack>
          </Radio.Group>
          {draft.datasets === 'these' && (
            <DatasetPatterns
              organization={organization.slug}
              patterns={draft.theseDatasets}
              problem={problem('spec.datasets', draft.theseDatasets.length === 0, 'Give one at least.')}
              onChange={(theseDatasets) => onChange({ theseDatasets })}
            />
          )}
          <Switch
            label="Other organisations may run it as well"
            description="On datasets that they may read, at their cost; they see all that is registered here"
            checked={draft.forEveryOrganization}
            onChange={(event) => onChange({ forEveryOrganization: event.currentTarget.checked })}
          />
        </Stack>
      </Panel>
    </Stack>
  )
}

interface DatasetPatternsProps {
  readonly organization: string
  readonly patterns: readonly string[]
  readonly problem: string | undefined
  readonly onChange: (patterns: readonly string[]) => void
}

/** Identifiers, found by name while one types, or their beginnings with a star. */
function DatasetPatterns({ organization, patterns, problem, onChange }: DatasetPatternsProps) {
  const [search, setSearch] = useState('')
  const [query] = useDebouncedValue(search, 250)
  const datasets = useDatasets(organization, { query, circle: undefined, orderBy: '' }, 50)
  return (
    <>
      <TagsInput
        label="Datasets"
        description="Their identifiers; one that ends in * stands for all that begin so"
        placeholder={patterns.length === 0 ? 'Choose, or type one and press Enter' : ''}
        size="sm"
        data={(datasets.data?.datasets ?? []).map(({ name }) => datasetId(name))}
        value={[...patterns]}
        searchValue={search}
        onSearchChange={setSearch}
        maxTags={200}
        error={problem}
        onChange={onChange}
      />
      {datasets.isError && (
        <Text size="xs" c="dimmed">
          The datasets could not be loaded; their identifiers can be typed.
        </Text>
      )}
    </>
  )
}
