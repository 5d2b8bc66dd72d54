import type { Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { phaseColors, phaseLabel } from './phase'
import classes from './phase-badge.module.css'

export function PhaseBadge({ phase, large = false }: { phase: Phase; large?: boolean }) {
  const color = phaseColors[phase] ?? 'gray'
  return (
    <span
      className={classes.badge}
      {...(large ? { 'data-testid': 'job-phase' } : {})}
      data-large={large || undefined}
      data-running={phase === 'PHASE_EXECUTING' || undefined}
      style={{
        '--phase-strong': `var(--mantine-color-${color}-9)`,
        '--phase-pale': `var(--mantine-color-${color}-2)`,
        '--phase-dot': `var(--mantine-color-${color}-5)`,
      }}
    >
      {phaseLabel(phase)}
    </span>
  )
}
