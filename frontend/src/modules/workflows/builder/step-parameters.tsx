import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Autocomplete, Stack } from '@mantine/core'
import { parameterFacts } from '../parameter-words'
import type { StepDraft, WorkflowDraft } from './workflow-draft'

interface StepParametersProps {
  readonly draft: WorkflowDraft
  readonly step: StepDraft
  readonly algorithm: Algorithm | undefined
  readonly problem: (path: string) => string | undefined
  readonly onChange: (parameters: StepDraft['parameters'], together: string) => void
}

/** Values of the algorithm's parameters; those of the run are offered for each. */
export function StepParameters({ draft, step, algorithm, problem, onChange }: StepParametersProps) {
  const schemas = algorithm?.spec?.parameters ?? []
  const names = new Set(schemas.map(({ name }) => name))
  const ofRun = draft.parameters.filter(({ name }) => name !== '').map(({ name }) => `\${${name}}`)
  const shown: Pick<ParameterSchema, 'name' | 'required' | 'values' | 'defaultValue'>[] = [
    ...schemas,
    // Of an earlier version: they are refused until they are emptied.
    ...step.parameters
      .filter(({ name }) => algorithm !== undefined && !names.has(name))
      .map(({ name }) => ({ name, required: false, values: [], defaultValue: '' })),
  ]
  return (
    <Stack gap="sm">
      {shown.map((parameter) => {
        const { name, required, values, defaultValue } = parameter
        const index = step.parameters.findIndex((one) => one.name === name)
        const schema = schemas.find((one) => one.name === name)
        return (
          <Autocomplete
            key={name}
            label={name}
            description={
              schema === undefined
                ? 'The algorithm has no such parameter.'
                : [schema.description, parameterFacts(schema)].filter((part) => part !== '').join(' · ')
            }
            placeholder={defaultValue}
            required={required && defaultValue === ''}
            classNames={{ input: 'mono' }}
            data={[...new Set([...ofRun, ...values])]}
            // What is typed is kept whatever is offered: only a whole match is marked.
            filter={({ options }) => options}
            value={step.parameters[index]?.value ?? ''}
            error={index < 0 ? undefined : problem(`.parameters[${index}]`)}
            onChange={(value) =>
              onChange(
                value === ''
                  ? step.parameters.filter((one) => one.name !== name)
                  : index < 0
                    ? [...step.parameters, { name, value }]
                    : step.parameters.with(index, { name, value }),
                `parameter ${name}`,
              )
            }
          />
        )
      })}
    </Stack>
  )
}
