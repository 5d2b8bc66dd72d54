import { SimpleGrid, Text } from '@mantine/core'
import { useId } from 'react'
import type { CurrentOrganization } from '../../../app/organization'
import { DatasetSelect } from '../../datasets/dataset-select'
import { datasetsText } from '../dataset-words'
import { FilesSelect } from './files-select'
import classes from './input-field.module.css'
import type { GivenInput } from './run-draft'
import type { RunnableInput } from './use-runnable'

interface InputFieldProps {
  readonly input: RunnableInput
  /** Which datasets may be given; undefined where it is not known. */
  readonly datasets: readonly string[] | undefined
  readonly given: readonly GivenInput[]
  /** What the server found wrong. */
  readonly problem: string | undefined
  readonly organization: CurrentOrganization
  readonly onChange: (given: readonly GivenInput[]) => void
}

/** What one input reads: datasets, files, or both. */
export function InputField({ input, datasets, given, problem, organization, onChange }: InputFieldProps) {
  const id = useId()
  const ids = (kind: GivenInput['kind']) => given.filter((item) => item.kind === kind).map((item) => item.id)
  const change = (kind: GivenInput['kind'], chosen: readonly string[]) =>
    onChange([...given.filter((item) => item.kind !== kind), ...chosen.map((one) => ({ kind, id: one }))])
  const takesDatasets = datasets === undefined || datasets.length > 0
  const about = [
    input.description,
    input.maxFiles === undefined || input.maxFiles >= 1000
      ? ''
      : input.maxFiles === 1
        ? 'one file'
        : `up to ${input.maxFiles} files`,
    datasets === undefined || datasets.includes('*')
      ? ''
      : datasets.length === 0
        ? 'files only, no datasets'
        : `of datasets, ${datasetsText(datasets)}`,
  ].filter((text) => text !== '')

  return (
    <fieldset
      className={classes.input}
      aria-describedby={`${id}-about ${id}-problem`}
      data-wrong={problem !== undefined || undefined}
    >
      <legend className={classes.name}>
        <span className="mono">{input.name}</span>
        {!input.optional && (
          <span className={classes.required} aria-hidden>
            {' '}
            *
          </span>
        )}
        {input.optional && (
          <Text span size="xs" c="dimmed">
            {' '}
            optional
          </Text>
        )}
      </legend>
      <Text id={`${id}-about`} size="xs" c="dimmed" mb={about.length === 0 ? 0 : 8}>
        {about.join(' · ')}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: takesDatasets ? 2 : 1 }} spacing="sm" verticalSpacing="sm">
        {takesDatasets && (
          <DatasetSelect
            organization={organization.slug}
            label={`Datasets for ${input.name}`}
            description=""
            required={false}
            values={ids('dataset')}
            multiple
            error={undefined}
            onChange={(chosen) => change('dataset', chosen)}
          />
        )}
        <FilesSelect
          organization={organization.slug}
          label={`Files for ${input.name}`}
          values={ids('file')}
          onChange={(chosen) => change('file', chosen)}
        />
      </SimpleGrid>
      <Text id={`${id}-problem`} size="xs" c="var(--mantine-color-error)" mt={problem === undefined ? 0 : 6}>
        {problem}
      </Text>
    </fieldset>
  )
}
