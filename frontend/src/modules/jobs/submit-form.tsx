import type { Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Alert, Button, Grid, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type FormEvent, useMemo, useState } from 'react'
import { toApiError } from '../../app/api-error'
import type { CurrentOrganization } from '../../app/organization'
import { Panel } from '../../ui/panel'
import { durationChoices } from './execution-duration'
import { initialValues, problemWith, sortViolations, toParameters } from './job-form'
import { ParameterField } from './parameter-field'
import { QuotePanel } from './quote-panel'
import type { SubmitAddress } from './submit-address'
import { useQuote } from './use-quote'
import { useSubmitJob } from './use-submit-job'

interface SubmitFormProps {
  readonly service: Service
  readonly address: SubmitAddress
  readonly organization: CurrentOrganization
}

export function SubmitForm({ service, address, organization }: SubmitFormProps) {
  const [values, setValues] = useState(() => initialValues(service, address.values))
  const [runId, setRunId] = useState(address.runId)
  const [duration, setDuration] = useState(address.duration)

  const parameters = useMemo(() => toParameters(service, values), [service, values])
  const [settled] = useDebouncedValue(parameters, 350)
  const missing = service.parameters.filter(
    (schema) => schema.required && !parameters.some(({ name }) => name === schema.name),
  )
  const malformed = service.parameters.some((schema) =>
    (values[schema.name] ?? []).some((value) => problemWith(schema, value) !== undefined),
  )
  const quote = useQuote(organization.slug, service.id, settled, missing.length === 0 && !malformed)

  const isEdited = address.job !== ''
  const create = useSubmitJob(
    organization,
    { service: service.id, parameters, runId, duration, job: address.job },
    settled,
  )

  const refusal = create.error ?? quote.error
  const refused = refusal === null ? undefined : toApiError(refusal)
  const problems = sortViolations(refused?.violations ?? [], create.error === null ? settled : parameters)

  // On the image that is chosen, if there is one.
  const chosen = values['ID']?.find((id) => id !== '')
  const datasetsAddress = `${organization.path}/datasets`
  const drawAddress =
    chosen === undefined ? datasetsAddress : `${datasetsAddress}/${encodeURIComponent(chosen)}`

  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate(true)
  }

  return (
    <form onSubmit={submit} noValidate>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Panel title={service.displayName || service.id}>
            <Stack gap="md">
              {service.parameters.map((schema) => (
                <ParameterField
                  key={schema.name}
                  schema={schema}
                  values={values[schema.name] ?? []}
                  problem={problems.byParameter[schema.name]}
                  organization={organization}
                  drawAddress={drawAddress}
                  onChange={(changed) => {
                    create.reset()
                    setValues((before) => ({ ...before, [schema.name]: changed }))
                  }}
                />
              ))}
              <TextInput
                label="Name"
                description="Your own name for the job; need not be unique"
                maxLength={64}
                value={runId}
                onChange={(event) => setRunId(event.currentTarget.value)}
              />
              <Select
                label="Time limit"
                description="The longest that the job may execute; then it is aborted"
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
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md" pos="sticky" top={70}>
            <QuotePanel
              quote={quote}
              missing={missing.map(({ name }) => name)}
              malformed={malformed}
              organization={organization}
            />
            {refused !== undefined && (problems.general.length > 0 || refused.violations.length === 0) && (
              <Alert
                color="red"
                icon={<IconAlertTriangle aria-hidden />}
                title={create.error === null ? 'This job cannot run' : 'The job was not accepted'}
                role="alert"
              >
                {problems.general.length > 0 ? problems.general.join(' ') : refused.message}
              </Alert>
            )}
            <Button
              type="submit"
              size="md"
              loading={create.isPending && create.variables}
              disabled={
                missing.length > 0 || malformed || (quote.isError && !toApiError(quote.error).transient)
              }
            >
              {isEdited ? 'Save and start' : 'Submit job'}
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
