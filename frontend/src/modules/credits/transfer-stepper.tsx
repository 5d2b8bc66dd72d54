import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { VisuallyHidden } from '@mantine/core'
import { formatUtc } from '../../ui/format-time'
import { type ProgressStep, progressOf } from './transfer-progress'
import classes from './transfer-stepper.module.css'

const spoken: Record<ProgressStep['state'], string> = {
  past: 'done',
  failed: 'ended',
  current: 'now',
  ahead: 'to come',
}

/** What was done, whose turn it is, and what is to come. */
export function TransferStepper({ transfer, organization }: { transfer: Transfer; organization: string }) {
  return (
    <ol className={classes.steps} aria-label="Steps of the transfer">
      {progressOf(transfer, organization).map(({ key, label, who, time, state }) => (
        <li key={key} data-state={state} aria-current={state === 'current' ? 'step' : undefined}>
          <span className={classes.label}>
            {label}
            <VisuallyHidden>{`, ${spoken[state]}`}</VisuallyHidden>
          </span>
          <span className={classes.who} title={who}>
            {who}
          </span>
          {time !== undefined && (
            <span className={classes.time} title={formatUtc(time)}>
              {formatUtc(time).slice(0, 16)}
            </span>
          )}
        </li>
      ))}
    </ol>
  )
}
