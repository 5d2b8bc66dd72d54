import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import {
  ActionIcon,
  Anchor,
  Checkbox,
  MultiSelect,
  Select,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../../app/organization'
import { Panel } from '../../../ui/panel'
import { algorithmLink } from '../algorithm-link'
import { parseReference } from '../algorithm-reference'
import { useEnvironments } from '../environment-queries'
import { environmentId } from '../graph/spec-graph'
import { circleThrough } from './connection-refusal'
import { withoutStep, withStep } from './draft-changes'
import { FanOutField } from './fan-out-field'
import { NameInput } from './name-input'
import { StepInputs } from './step-inputs'
import { StepParameters } from './step-parameters'
import type { ChangeDraft } from './use-draft'
import type { StepDraft, WorkflowDraft } from './workflow-draft'

interface StepEditorProps {
  readonly draft: WorkflowDraft
  readonly step: StepDraft
  readonly organization: CurrentOrganization
  /** By their references, as far as they are known. */
  readonly algorithms: ReadonlyMap<string, Algorithm>
  /** What is wrong with a part of the step, such as ".inputs[0].from". */
  readonly problem: (path: string) => string | undefined
  readonly change: ChangeDraft
  readonly onRename: (name: string) => void
  readonly onRemoved: () => void
}

/** Everything about a step that can be chosen; the graph's connections too, for who does not drag. */
export function StepEditor(props: StepEditorProps) {
  const { draft, step, organization, algorithms, problem, change, onRename, onRemoved } = props
  const environments = useEnvironments(organization.slug)
  const algorithm = algorithms.get(step.algorithm)
  const edit = (changed: Partial<StepDraft>, together = '') =>
    change((before) => withStep(before, step.key, changed), together && `${step.key} ${together}`)
  const versions = versionsOf(step.algorithm, algorithms)
  const own = algorithm?.spec?.environment ?? ''
  const others = draft.steps.filter(({ key, name }) => key !== step.key && name !== '')
  return (
    <Panel
      title={step.name === '' ? 'Step' : `Step ${step.name}`}
      actions={
        <Tooltip label="Remove the step">
          <ActionIcon
            aria-label={`Remove step ${step.name}`}
            onClick={() => {
              change((before) => withoutStep(before, step.key))
              onRemoved()
            }}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      }
    >
      <Stack gap="sm">
        <NameInput
          value={step.name}
          taken={draft.steps.filter(({ key }) => key !== step.key).map(({ name }) => name)}
          problem={problem('.name')}
          onChange={(name) => {
            edit({ name }, 'name')
            onRename(name)
          }}
        />
        <Select
          label="Algorithm"
          description={
            <Anchor
              component={Link}
              to={algorithmLink(organization.path, step.algorithm)}
              target="_blank"
              size="xs"
            >
              {algorithm?.spec?.displayName ?? 'Look at it'}
            </Anchor>
          }
          data={versions}
          value={step.algorithm}
          allowDeselect={false}
          classNames={{ input: 'mono' }}
          error={problem('.algorithm')}
          onChange={(value) => value !== null && edit({ algorithm: value })}
        />
        <Select
          label="Environment"
          data={[
            {
              value: '',
              label: own === '' ? 'The algorithm’s' : `The algorithm’s (${environmentId(own)})`,
            },
            ...(environments.data?.environments ?? []).map(({ name, displayName }) => ({
              value: environmentId(name),
              label: displayName,
            })),
            // One that was closed since stays what is chosen, and is refused in the server's words.
            ...(step.environment !== '' &&
            !environments.data?.environments.some(({ name }) => environmentId(name) === step.environment)
              ? [{ value: step.environment, label: step.environment }]
              : []),
          ]}
          value={step.environment}
          allowDeselect={false}
          error={problem('.environment')}
          onChange={(value) => edit({ environment: value ?? '' })}
        />
        <StepInputs draft={draft} step={step} algorithm={algorithm} problem={problem} change={change} />
        <FanOutField step={step} algorithm={algorithm} problem={problem} onChange={edit} />
        <StepParameters
          draft={draft}
          step={step}
          algorithm={algorithm}
          problem={problem}
          onChange={(parameters, together) => edit({ parameters }, together)}
        />
        {others.length > 0 && (
          <MultiSelect
            label="Also after"
            description="Steps that have to complete before, whose files it does not read."
            data={others.map(({ name }) => ({
              value: name,
              label: name,
              disabled:
                !step.after.includes(name) &&
                circleThrough(draft, `steps.${name}`, `steps.${step.name}`) !== undefined,
            }))}
            value={step.after.filter((name) => others.some((one) => one.name === name))}
            clearable
            error={problem('.after')}
            onChange={(after) => edit({ after })}
          />
        )}
        <TextInput
          label="Time limit"
          description="Of one container, such as 10m or 2h; the environment’s if it is empty."
          placeholder="10m"
          autoComplete="off"
          value={step.maxDuration}
          error={problem('.max_duration')}
          onChange={(event) => edit({ maxDuration: event.currentTarget.value }, 'maxDuration')}
        />
        <Checkbox
          label="Its files are results of the run"
          description="Those of a step that no other reads always are."
          checked={step.publish}
          onChange={(event) => edit({ publish: event.currentTarget.checked })}
        />
        {algorithm === undefined && step.algorithm !== '' && (
          <Text size="xs" c="dimmed">
            What it reads and takes is not known here.
          </Text>
        )}
      </Stack>
    </Panel>
  )
}

/** Of the same algorithm, newest first, with the one that is chosen. */
function versionsOf(reference: string, algorithms: ReadonlyMap<string, Algorithm>) {
  const parsed = parseReference(reference)
  const versions = [...algorithms.values()]
    .filter((one) => {
      const other = parseReference(one.reference)
      return (
        one.state === 'ALGORITHM_STATE_APPROVED' &&
        other?.algorithm === parsed?.algorithm &&
        other?.organization === parsed?.organization
      )
    })
    .toSorted((one, other) => other.version - one.version)
    .map((one) => one.reference)
  return versions.includes(reference) || reference === '' ? versions : [reference, ...versions]
}
