import type { Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { durationMs, formatDuration } from '../../ui/format-duration'

export interface DurationChoice {
  readonly value: string
  readonly label: string
}

/** Stands for the service's own default, which a request leaves unset. */
const defaultDuration = ''

/** Seconds. */
const steps = [60, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400]

/**
 * How long a job may execute, to choose from: seconds as text, "0" for the service's maximum.
 * @param current seconds that are chosen already and must be among the choices
 */
export function durationChoices(
  service: Pick<Service, 'defaultExecutionDuration' | 'maxExecutionDuration'> | undefined,
  current = defaultDuration,
): DurationChoice[] {
  const maximum = durationMs(service?.maxExecutionDuration) / 1000
  const standard = durationMs(service?.defaultExecutionDuration) / 1000
  const offered = new Set(steps.filter((seconds) => maximum === 0 || seconds < maximum))
  if (Number(current) > 0) offered.add(Number(current))
  return [
    {
      value: defaultDuration,
      label: standard === 0 ? 'Usual for the service' : `Usual (${formatDuration(standard * 1000)})`,
    },
    ...[...offered]
      .sort((one, other) => one - other)
      .map((seconds) => ({ value: String(seconds), label: formatDuration(seconds * 1000) })),
    {
      value: '0',
      label: maximum === 0 ? 'Longest' : `Longest (${formatDuration(maximum * 1000)})`,
    },
  ]
}

/** As the API takes it; undefined for the service's default. */
export function toDuration(choice: string): { seconds: bigint; nanos: number } | undefined {
  return choice === defaultDuration ? undefined : { seconds: BigInt(choice), nanos: 0 }
}

/** Whole seconds of a job's limit, as a choice. */
export function toChoice(duration: { seconds: bigint; nanos: number } | undefined): string {
  return duration === undefined ? defaultDuration : String(duration.seconds)
}
