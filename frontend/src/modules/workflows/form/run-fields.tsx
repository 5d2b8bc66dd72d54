import type { Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Alert, Button, Grid, Select, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type FormEvent, useMemo, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import type { CurrentOrganization } from '../../../app/organization'
import { Panel } from '../../../ui/panel'
import { durationChoices } from '../../jobs/execution-duration'
import { problemWith } from '../../jobs/job-form'
import { ParameterField } from '../../jobs/parameter-field'
import { QuotePanel } from '../../jobs/quote-panel'
import type { SubmitAddress } from '../../jobs/submit-address'
import { useQuote } from '../../jobs/use-quote'
import { useSubmitJob } from '../../jobs/use-submit-job'
import { useEnvironments } from '../environment-queries'
import { cpuText, environmentId, environmentLabel, priceLines } from '../environments/environment-words'
import { sizeText } from '../environments/size-text'
import { InputField } from './input-field'
import { type RunDraft, runDraft, runParameters, runProblems } from './run-draft'
import type { Runnable } from './use-runnable'

interface RunFieldsProps {
  readonly service: Service
  readonly address: SubmitAddress
  readonly organization: CurrentOrganization
  readonly runnable: Runnable
  /** Whether containers can run here at all. */
  readonly available: boolean
}

/** What a run is given, what it costs, and the buttons that start it. */
export function RunFields({ service, address, organization, runnable, available }: RunFieldsProps) {
  const [draft, setDraft] = useState(() => runDraft(address.values, runnable.parameters))
  const [runId, setRunId] = useState(address.runId)
  const [duration, setDuration] = useState(address.duration)
  const parameters = useMemo(() => runParameters(runnable.target, draft, runnable), [runnable, draft])
  const [settled] = useDebouncedValue(parameters, 350)

  const isEmpty = (name: string) => (draft.parameters[name]?.[0] ?? '').trim() === ''
  const missing = [
    ...runnable.inputs
      .filter(({ name, optional }) => !optional && (draft.inputs[name] ?? []).length === 0)
      .map(({ name }) => name),
    ...runnable.parameters.filter(({ name, required }) => required && isEmpty(name)).map(({ name }) => name),
  ]
  const malformed = runnable.parameters.some((schema) =>
    (draft.parameters[schema.name] ?? []).some((value) => problemWith(schema, value) !== undefined),
  )
  const isComplete = missing.length === 0 && !malformed && runnable.problem === ''
  const quote = useQuote(organization.slug, service.id, settled, isComplete && available)
  const isEdited = address.job !== ''
  const create = useSubmitJob(
    organization,
    { service: service.id, parameters, runId, duration, job: address.job },
    settled,
  )

  const refusal = create.error ?? (isComplete ? quote.error : null)
  const refused = refusal === null ? undefined : toApiError(refusal)
  const problems = runProblems(refused?.violations ?? [], create.error === null ? settled : parameters)
  const edit = (change: Partial<RunDraft>) => {
    create.reset()
    setDraft((before) => ({ ...before, ...change }))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isComplete && available) create.mutate(true)
  }

  return (
    <form onSubmit={submit} noValidate>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="md">
            {runnable.inputs.length > 0 && (
              <Panel title="Inputs">
                <Stack gap="sm">
                  {runnable.inputs.map((input) => (
                    <InputField
                      key={input.name}
                      input={input}
                      datasets={runnable.datasets}
                      given={draft.inputs[input.name] ?? []}
                      problem={problems.inputs[input.name]}
                      organization={organization}
                      onChange={(given) => edit({ inputs: { ...draft.inputs, [input.name]: given } })}
                    />
                  ))}
                </Stack>
              </Panel>
            )}
            {runnable.parameters.length > 0 && (
              <Panel title="Parameters">
                <Stack gap="md">
                  {runnable.parameters.map((schema) => (
                    <ParameterField
                      key={schema.name}
                      schema={schema}
                      values={draft.parameters[schema.name] ?? []}
                      problem={problems.parameters[schema.name]}
                      organization={organization}
                      drawAddress={`${organization.path}/datasets`}
                      onChange={(values) =>
                        edit({ parameters: { ...draft.parameters, [schema.name]: values } })
                      }
                    />
                  ))}
                </Stack>
              </Panel>
            )}
            <Panel title="Run">
              <Stack gap="md">
                {runnable.environment !== undefined && (
                  <EnvironmentSelect
                    organization={organization.slug}
                    own={runnable.environment}
                    value={draft.environment}
                    problem={problems.environment}
                    onChange={(environment) => edit({ environment })}
                  />
                )}
                <TextInput
                  label="Name"
                  description="Your own name for the run; need not be unique"
                  maxLength={64}
                  value={runId}
                  onChange={(event) => setRunId(event.currentTarget.value)}
                />
                <Select
                  label="Time limit"
                  description="The longest that all of it may take; then it is aborted"
                  data={durationChoices(service, duration).filter(
                    // A job that has a limit does not go back to none.
                    ({ value }) => !isEdited || value !== '',
                  )}
                  value={duration}
                  allowDeselect={false}
                  maw={340}
                  onChange={(choice) => setDuration(choice ?? '')}
                />
              </Stack>
            </Panel>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md" pos="sticky" top={70}>
            {available ? (
              <QuotePanel quote={quote} missing={missing} malformed={malformed} organization={organization} />
            ) : (
              <Panel title="Quote">
                <Text size="sm" c="dimmed">
                  Nothing can run here without Kubernetes, so there is no quote.
                </Text>
              </Panel>
            )}
            {runnable.problem !== '' && (
              <Alert
                color="red"
                icon={<IconAlertTriangle aria-hidden />}
                title="It cannot run now"
                role="alert"
              >
                {runnable.problem}
              </Alert>
            )}
            {refused !== undefined && (problems.general.length > 0 || refused.violations.length === 0) && (
              <Alert
                color="red"
                icon={<IconAlertTriangle aria-hidden />}
                title={create.error === null ? 'This cannot run' : 'The run was not accepted'}
                role="alert"
              >
                {problems.general.length > 0 ? problems.general.join(' ') : refused.message}
              </Alert>
            )}
            <Button
              type="submit"
              size="md"
              loading={create.isPending && create.variables}
              disabled={!isComplete || !available || (quote.isError && !toApiError(quote.error).transient)}
            >
              {isEdited ? 'Save and start' : 'Run'}
            </Button>
            <Button
              variant="default"
              loading={create.isPending && !create.variables}
              disabled={malformed}
              onClick={() => create.mutate(false)}
            >
              {isEdited ? 'Save' : 'Keep for later'}
            </Button>
          </Stack>
        </Grid.Col>
      </Grid>
    </form>
  )
}

interface EnvironmentSelectProps {
  readonly organization: string
  /** "environments/{environment}" that the algorithm names. */
  readonly own: string
  /** "small"; empty for its own. */
  readonly value: string
  readonly problem: string | undefined
  readonly onChange: (environment: string) => void
}

function EnvironmentSelect({ organization, own, value, problem, onChange }: EnvironmentSelectProps) {
  const environments = useEnvironments(organization)
  const offered = (environments.data?.environments ?? []).map((environment) => ({
    value: environmentId(environment.name),
    label: [
      environmentLabel(environment),
      cpuText(environment.cpuMillis),
      sizeText(environment.memoryBytes),
      priceLines(environment.price).perHour,
    ].join(' · '),
  }))
  const chosen = value === '' ? environmentId(own) : value
  return (
    <Select
      label="Environment"
      description="What each of its containers gets; the one that it was registered for is chosen"
      data={
        offered.some((one) => one.value === chosen)
          ? offered
          : [
              { value: chosen, label: `${chosen}${environments.data === undefined ? '' : ' (closed)'}` },
              ...offered,
            ]
      }
      value={chosen}
      allowDeselect={false}
      error={problem}
      maw={460}
      onChange={(next) => onChange(next === null || next === environmentId(own) ? '' : next)}
    />
  )
}
