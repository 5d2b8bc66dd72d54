import type { Environment, EnvironmentPrice } from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import type { ResourceUse } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Progress } from '@mantine/core'
import { formatBytes } from '../../../ui/format-bytes'
import { durationMs, formatDuration } from '../../../ui/format-duration'
import { credits } from '../../jobs/charge-words'
import classes from './step-use.module.css'

interface StepUseProps {
  readonly use: ResourceUse
  /** That the step ran in; undefined when it is not known. */
  readonly environment: Environment | undefined
  /** Whether it goes on. */
  readonly isMoving: boolean
}

/** What the containers of a step took, as far as was measured. */
export function StepUse({ use, environment, isMoving }: StepUseProps) {
  const seconds = durationMs(use.containerTime) / 1000
  const cost = environment?.price === undefined ? undefined : costOf(seconds, environment.price)
  const limit = environment?.memoryBytes ?? 0n
  // Samples are taken every 15 s: what ended before the first has none.
  const isMeasured = use.peakMemoryBytes > 0n
  const unmeasured = isMoving ? 'not measured yet' : 'too short to measure'
  const memory = limit > 0n ? Number(use.peakMemoryBytes) / Number(limit) : 0
  return (
    <dl className={classes.use} aria-label="Resource use">
      <div>
        <dt>Container time</dt>
        <dd>
          {formatDuration(seconds * 1000)}
          {cost !== undefined && <small>about {cost}</small>}
        </dd>
      </div>
      <div>
        <dt>CPU</dt>
        <dd>
          {isMeasured ? `${cpuSeconds(use.cpuSeconds)} s` : '–'}
          {isMeasured && seconds > 0 && <small>{cpuText(use.cpuSeconds / seconds, environment)}</small>}
          {!isMeasured && <small>{unmeasured}</small>}
        </dd>
      </div>
      <div>
        <dt>Peak memory</dt>
        <dd>
          {isMeasured ? formatBytes(use.peakMemoryBytes) : '–'}
          {isMeasured && limit > 0n && (
            <>
              <Progress
                value={Math.min(100, memory * 100)}
                size={3}
                my={4}
                color={memory > 0.9 ? 'red' : 'sea'}
                aria-label="Peak memory of the limit"
              />
              <small>of {formatBytes(limit)}</small>
            </>
          )}
          {!isMeasured && <small>{unmeasured}</small>}
        </dd>
      </div>
      <div>
        <dt>Read</dt>
        <dd>{formatBytes(use.inputBytes)}</dd>
      </div>
      <div>
        <dt>Made</dt>
        <dd>{formatBytes(use.outputBytes)}</dd>
      </div>
    </dl>
  )
}

function cpuSeconds(seconds: number): string {
  return seconds < 9.95 ? seconds.toFixed(1) : String(Math.round(seconds))
}

/** @param share CPUs that one container used on average */
function cpuText(share: number, environment: Environment | undefined): string {
  const used = `${share.toFixed(2)} CPU on average`
  return environment === undefined ? used : `${used}, of ${environment.cpuMillis / 1000}`
}

/** Rounded up, as what is paid for a whole run is. */
export function costOf(seconds: number, price: EnvironmentPrice): string {
  const amount = BigInt(Math.ceil((Number(price.perHour) * seconds) / 3600))
  return credits(amount, price)
}
