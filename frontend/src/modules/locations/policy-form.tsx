import type { LocationPolicy } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Alert, Button, Group, NumberInput, Text } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useId, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import classes from './policy.module.css'
import {
  changedPaths,
  consequences,
  deletesMore,
  fieldAt,
  fieldsOf,
  type PolicyFields,
} from './policy-fields'
import { useUpdatePolicy } from './policy-queries'

interface PolicyFormProps {
  readonly organization: string
  readonly policy: LocationPolicy
  readonly mayChange: boolean
}

/** How an organisation keeps locations, each choice with what it does to answers. */
export function PolicyForm({ organization, policy, mayChange }: PolicyFormProps) {
  const kept = fieldsOf(policy)
  // As typed: a field may be empty for a moment.
  const [typed, setTyped] = useState<Readonly<Record<keyof PolicyFields, number | string>>>(kept)
  const fields = numbersOf(typed, kept)
  const isComplete = Object.values(typed).every((value) => typeof value === 'number')
  const [asking, setAsking] = useState(false)
  const update = useUpdatePolicy(organization)
  const updateMask = changedPaths(kept, fields)
  const changed = updateMask.length > 0
  const told = consequences(fields)
  const failure = update.error === null ? undefined : toApiError(update.error)
  const untold = failure?.violations.every(({ field }) => fieldAt(field) === undefined) ?? false

  useEffect(() => {
    if (!changed) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [changed])

  const save = () =>
    update.mutate({ fields, updateMask }, { onSettled: () => setAsking(false), onSuccess: reset })
  const reset = (saved: LocationPolicy) => setTyped(fieldsOf(saved))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!changed || !isComplete) return
    if (deletesMore(kept, fields)) setAsking(true)
    else save()
  }
  // Who may not change it reads the sentences alone.
  const number = (field: keyof PolicyFields, label: string, unit: string, maximum: number, minimum = 0) =>
    mayChange && (
      <NumberInput
        label={label}
        value={typed[field]}
        min={minimum}
        max={maximum}
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        clampBehavior="blur"
        suffix={` ${unit}`}
        error={failure?.violations.find((violation) => fieldAt(violation.field) === field)?.description}
        onChange={(value) => {
          update.reset()
          setTyped({ ...typed, [field]: value })
        }}
      />
    )

  return (
    <form onSubmit={submit} className={classes.form}>
      <Choice title="How long fixes are kept" told={told.retention} mayChange={mayChange}>
        {number('retentionDays', 'Days (0: for ever)', 'days', 36_500)}
      </Choice>
      <Choice title="Smallest group that is shown" told={told.group} mayChange={mayChange}>
        {number('minimumGroupSize', 'Persons (3 at least)', 'persons', 1_000, 3)}
      </Choice>
      <Choice title="Thinning of old fixes" told={told.thinning} mayChange={mayChange}>
        {number('thinAfterDays', 'Older than (0: never)', 'days', 36_500)}
        {number('thinIntervalS', 'One fix in (0: all)', 's', 86_400)}
      </Choice>
      <Choice title="Stays" told={told.stays} mayChange={mayChange}>
        {number('stayRadiusM', 'Within (0: never)', 'm', 10_000)}
        {number('stayMinimumS', 'For at least', 's', 86_400)}
        {number('stayIntervalS', 'One fix in', 's', 86_400)}
      </Choice>
      {failure !== undefined && untold && (
        <Alert color="red" role="alert">
          {failure.message}
        </Alert>
      )}
      {mayChange && (
        <Group justify="flex-end" gap="xs" className={classes.actions ?? ''}>
          <Button
            variant="default"
            disabled={!changed && isComplete}
            onClick={() => {
              update.reset()
              setTyped(kept)
            }}
          >
            Discard
          </Button>
          <Button type="submit" disabled={!changed || !isComplete} loading={update.isPending}>
            Save the policy
          </Button>
        </Group>
      )}
      <ConfirmDialog
        opened={asking}
        title="This deletes fixes"
        text={
          <>
            The policy keeps less than before. What it no longer keeps is deleted within a day, and cannot be
            brought back:
            <ul className={classes.told}>
              {[
                ...(fields.retentionDays === kept.retentionDays ? [] : [told.retention]),
                ...(told.thinning === consequences(kept).thinning ? [] : [told.thinning]),
                ...(told.stays === consequences(kept).stays ? [] : [told.stays]),
              ].map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </>
        }
        confirm="Save and delete"
        pending={update.isPending}
        onConfirm={save}
        onClose={() => setAsking(false)}
      />
    </form>
  )
}

/** What stands in the fields; where one is empty, what is kept. */
function numbersOf(
  typed: Readonly<Record<keyof PolicyFields, number | string>>,
  kept: PolicyFields,
): PolicyFields {
  const numbers = Object.entries(typed).filter(([, value]) => typeof value === 'number')
  return { ...kept, ...Object.fromEntries(numbers) }
}

interface ChoiceProps {
  readonly title: string
  /** What it does to answers. */
  readonly told: string
  readonly mayChange: boolean
  readonly children: ReactNode
}

function Choice({ title, told, mayChange, children }: ChoiceProps) {
  const id = useId()
  return (
    <fieldset className={classes.choice} aria-labelledby={id} aria-describedby={`${id}-told`}>
      <div>
        <Text size="sm" fw={600} id={id}>
          {title}
        </Text>
        <Text size="sm" c="dimmed" mt={4} id={`${id}-told`}>
          {told}
        </Text>
      </div>
      {mayChange && <div className={classes.numbers}>{children}</div>}
    </fieldset>
  )
}
