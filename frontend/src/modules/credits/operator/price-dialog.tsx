import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import type { Price } from '@fairlead/proto/web/fairlead/credits/v1/pricing'
import type { Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { notifySuccess } from '../../../ui/notify'
import { formatAmount } from '../amount'
import { creditClassOf, isUsable, useCreditClasses } from '../use-credit-classes'
import classes from './desk.module.css'
import {
  costOf,
  freeJobs,
  noRates,
  parseRates,
  type Rates,
  type RatesDraft,
  ratesDraftOf,
} from './price-example'
import { useSetPrice } from './price-queries'

interface PriceDialogProps {
  readonly service: Service
  /** Undefined for a new one. */
  readonly price: Price | undefined
  /** Names of the classes that the service has a price in. */
  readonly taken: readonly string[]
  readonly opened: boolean
  readonly onClose: () => void
}

const fields: readonly (readonly [keyof RatesDraft, label: string, text: string, request: string])[] = [
  ['perJob', 'A job', 'Whatever it does', 'per_job'],
  ['perTaskSecond', 'A task-second', 'Of tasks that completed', 'per_task_second'],
  ['perOutputGb', 'A GB of results', '10⁹ bytes, in proportion', 'per_output_gb'],
  ['freePerMonth', 'Free in a month', 'Of each organisation’s use', 'free_per_month'],
]

/** Sets what a service costs in a class, with what a job would cost. */
export function PriceDialog({ service, price, taken, opened, onClose }: PriceDialogProps) {
  const creditClasses = useCreditClasses().data
  const set = useSetPrice()
  const [name, setName] = useState(price?.creditClass ?? '')
  const creditClass = creditClassOf(creditClasses, name)
  const [draft, setDraft] = useState<RatesDraft>(() =>
    price === undefined || creditClass === undefined ? noRates : ratesDraftOf(price, creditClass),
  )
  const parsed = creditClass === undefined ? undefined : parseRates(draft, creditClass)
  const failure = set.error === null ? undefined : toApiError(set.error)
  const offered = (creditClasses ?? []).filter(
    (one) => one.name === price?.creditClass || (isUsable(one) && !taken.includes(one.name)),
  )

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (parsed?.problems !== undefined || parsed === undefined) return
    set.mutate(
      { service: service.id, creditClass: name, ...parsed.rates },
      {
        onSuccess: () => {
          notifySuccess('Price set', service.displayName || service.id)
          if (price === undefined) {
            setName('')
            setDraft(noRates)
          }
          onClose()
        },
      },
    )
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Price of ${service.displayName || service.id}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Select
            label="Paid with credits of"
            required
            disabled={price !== undefined}
            placeholder={offered.length === 0 ? 'Every class has a price' : 'Choose a class'}
            data={offered.map((one) => ({ value: one.name, label: one.displayName }))}
            value={name === '' ? null : name}
            onChange={(chosen) => setName(chosen ?? '')}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {fields.map(([field, label, text, request]) => (
              <TextInput
                key={field}
                label={label}
                description={text}
                placeholder="0"
                inputMode="decimal"
                autoComplete="off"
                disabled={creditClass === undefined}
                value={draft[field]}
                error={
                  parsed?.problems?.[field] ??
                  failure?.violations.find((violation) => violation.field === request)?.description
                }
                onChange={(event) => {
                  if (set.isError) set.reset()
                  setDraft({ ...draft, [field]: event.currentTarget.value })
                }}
              />
            ))}
          </SimpleGrid>
          {creditClass !== undefined && parsed !== undefined && parsed.problems === undefined && (
            <Example rates={parsed.rates} creditClass={creditClass} />
          )}
          {failure !== undefined && failure.violations.length === 0 && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
          <Text size="xs" c="dimmed">
            Holds from now on. A job keeps the price that it was submitted at.
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button
              type="submit"
              loading={set.isPending}
              disabled={parsed === undefined || parsed.problems !== undefined}
            >
              Set the price
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

/** What a job of a size that can be chosen would cost. */
function Example({ rates, creditClass }: { rates: Rates; creditClass: CreditClass }) {
  const [seconds, setSeconds] = useState(60)
  const [megabytes, setMegabytes] = useState(500)
  const cost = costOf(rates, { taskSeconds: BigInt(seconds), outputBytes: BigInt(megabytes) * 1_000_000n })
  const free = freeJobs(rates, cost)
  const whole = (value: string | number, set: (value: number) => void) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) set(value)
  }
  return (
    <section className={classes.example} aria-label="Example">
      <Text size="sm" fw={600} mb={6}>
        What a job would cost
      </Text>
      <SimpleGrid cols={2} spacing="sm">
        <NumberInput
          size="xs"
          label="Task-seconds"
          min={0}
          max={1_000_000}
          allowDecimal={false}
          value={seconds}
          onChange={(value) => whole(value, setSeconds)}
        />
        <NumberInput
          size="xs"
          label="Results, MB"
          min={0}
          max={10_000_000}
          allowDecimal={false}
          value={megabytes}
          onChange={(value) => whole(value, setMegabytes)}
        />
      </SimpleGrid>
      <Text size="sm" mt={10} role="status">
        {cost === 0n ? (
          'Nothing.'
        ) : (
          <>
            <strong>{formatAmount(cost, creditClass.decimals)}</strong> of {creditClass.displayName}
            {free !== undefined && free > 0n && (
              <>
                {' '}
                — the first {free.toLocaleString('en')} such {free === 1n ? 'job' : 'jobs'} of a month free
              </>
            )}
            {free === 0n && rates.freePerMonth > 0n && (
              <> — {formatAmount(cost - rates.freePerMonth, creditClass.decimals)} for the first of a month</>
            )}
          </>
        )}
      </Text>
    </section>
  )
}
