import type { Job, Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { formatClock, formatUtc } from '../../ui/format-time'
import { hasEnded, phaseColors, phaseLabel } from '../../ui/phase'
import type { JobHistory } from './job-events'
import classes from './phase-timeline.module.css'
import { phasesAhead } from './phases-ahead'

interface Step {
  readonly key: string
  readonly phase: Phase
  readonly time: Date | undefined
  readonly state: 'past' | 'current' | 'ahead'
}

/** The phases gone through, with their times, and the usual ones ahead. */
export function PhaseTimeline({ job, history }: { job: Job; history: JobHistory }) {
  const passed = history.phases.length > 0 ? history.phases : [{ phase: job.phase, time: job.createTime }]
  const current = passed.length - 1
  const steps: Step[] = passed.map(({ phase, time }, index) => ({
    key: `${index}-${phase}`,
    phase,
    time,
    state: index === current && !hasEnded(phase) ? 'current' : 'past',
  }))
  const last = passed[current]?.phase
  if (last !== undefined && !hasEnded(last)) {
    for (const phase of phasesAhead(last)) {
      steps.push({ key: phase, phase, time: undefined, state: 'ahead' })
    }
  }
  return (
    <ol className={classes.timeline} aria-label="Phases">
      {steps.map(({ key, phase, time, state }) => (
        <li
          key={key}
          data-state={state}
          aria-current={state === 'current' ? 'step' : undefined}
          style={{ '--phase-dot': `var(--mantine-color-${phaseColors[phase] ?? 'gray'}-5)` }}
        >
          <span className={classes.phase}>{phaseLabel(phase)}</span>
          <span className={classes.time} title={time && formatUtc(time)}>
            {time === undefined ? ' ' : formatClock(time)}
          </span>
        </li>
      ))}
    </ol>
  )
}
