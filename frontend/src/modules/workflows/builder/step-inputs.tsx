import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Button, MultiSelect, Stack } from '@mantine/core'
import { sourcesFor } from './connection-refusal'
import { withRunInputFor, withSources } from './draft-changes'
import type { ChangeDraft } from './use-draft'
import type { StepDraft, WorkflowDraft } from './workflow-draft'

interface StepInputsProps {
  readonly draft: WorkflowDraft
  readonly step: StepDraft
  readonly algorithm: Algorithm | undefined
  readonly problem: (path: string) => string | undefined
  readonly change: ChangeDraft
}

/** What each of the algorithm's inputs reads. */
export function StepInputs({ draft, step, algorithm, problem, change }: StepInputsProps) {
  const inputs = algorithm?.spec?.inputs ?? []
  const names = new Set(inputs.map(({ name }) => name))
  const sources = sourcesFor(draft, step.name)
  const group = (label: string, isStep: boolean, read: ReadonlySet<string>) => ({
    group: label,
    items: sources
      .filter((source) => source.isStep === isStep)
      .map(({ from, name, circle }) => ({
        value: from,
        label: circle && !read.has(from) ? `${name} (comes after it)` : name,
        disabled: circle && !read.has(from),
      })),
  })
  return (
    <Stack gap="sm">
      {[
        ...inputs,
        // Of an earlier version: they are refused until they are taken out.
        ...[...new Set(step.inputs.map(({ name }) => name))]
          .filter((name) => algorithm !== undefined && !names.has(name))
          .map((name) => ({ name, description: 'The algorithm has no such input.', optional: true })),
      ].map((input) => {
        const read = step.inputs.filter(({ name }) => name === input.name).map(({ from }) => from)
        const first = step.inputs.findIndex(({ name }) => name === input.name)
        const isUnread = read.length === 0 && !input.optional
        const failure = first < 0 ? undefined : problem(`.inputs[${first}]`)
        return (
          <div key={input.name}>
            <MultiSelect
              label={`Input ${input.name}`}
              description={input.description}
              placeholder={read.length === 0 ? 'Reads nothing yet' : ''}
              required={!input.optional}
              clearable
              data={[
                group('Inputs of the run', false, new Set(read)),
                group('Files of steps', true, new Set(read)),
              ].filter(({ items }) => items.length > 0)}
              value={read.filter((from) => sources.some((source) => source.from === from))}
              error={failure ?? (isUnread ? problem('.inputs') : undefined)}
              onChange={(from) => change((before) => withSources(before, step.key, input.name, from))}
            />
            {isUnread && (
              <Button
                variant="subtle"
                size="compact-xs"
                mt={4}
                onClick={() => change((before) => withRunInputFor(before, step.key, input))}
              >
                Make it an input of the run
              </Button>
            )}
          </div>
        )
      })}
    </Stack>
  )
}
