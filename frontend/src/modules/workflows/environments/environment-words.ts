import type {
  Environment,
  EnvironmentLoad,
  EnvironmentPrice,
} from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { credits } from '../../jobs/charge-words'

/** "environments/small" is "small". */
export function environmentId(name: string): string {
  return name.replace(/^environments\//, '')
}

/** Of one container: "0.5 CPU", "8 CPUs". */
export function cpuText(cpuMillis: number): string {
  const cpus = cpuMillis / 1000
  return `${cpus} ${cpus > 1 ? 'CPUs' : 'CPU'}`
}

/** "2 steps running, 1 waiting"; "idle" when there are none. */
export function loadText(load: EnvironmentLoad | undefined): string {
  const running = load?.runningSteps ?? 0
  const waiting = load?.waitingSteps ?? 0
  if (running === 0 && waiting === 0) return 'Idle'
  return [
    running > 0 && `${running.toLocaleString('en')} ${running === 1 ? 'step' : 'steps'} running`,
    waiting > 0 &&
      `${waiting.toLocaleString('en')} ${running === 0 ? (waiting === 1 ? 'step ' : 'steps ') : ''}waiting`,
  ]
    .filter((part) => part !== false)
    .join(', ')
}

/** What an hour of one container costs, and a run as a whole. */
export function priceLines(price: EnvironmentPrice | undefined): { perHour: string; perRun: string } {
  if (price === undefined || (price.perHour === 0n && price.perRun === 0n)) {
    return { perHour: 'Free', perRun: '' }
  }
  return {
    perHour: `${credits(price.perHour, price)} an hour`,
    perRun: price.perRun === 0n ? '' : `and ${credits(price.perRun, price)} a run`,
  }
}

/** One line of it, to choose by: "Medium: 2 CPUs, 4 GiB". */
export function environmentLabel({ name, displayName }: Pick<Environment, 'name' | 'displayName'>): string {
  return displayName || environmentId(name)
}
