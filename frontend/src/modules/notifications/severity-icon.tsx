import type { Severity } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import {
  type Icon,
  IconAlertOctagon,
  IconAlertTriangle,
  IconCircleCheck,
  IconInfoCircle,
} from '@tabler/icons-react'
import classes from './severity-icon.module.css'

interface Look {
  readonly label: string
  readonly color: string
  readonly icon: Icon
}

const info: Look = { label: 'Information', color: 'sea', icon: IconInfoCircle }

const looks: Readonly<Partial<Record<Severity, Look>>> = {
  SEVERITY_SUCCESS: { label: 'Success', color: 'teal', icon: IconCircleCheck },
  SEVERITY_WARNING: { label: 'Warning', color: 'orange', icon: IconAlertTriangle },
  SEVERITY_ERROR: { label: 'Problem', color: 'red', icon: IconAlertOctagon },
}

/** For people: "Warning". */
export function severityLabel(severity: Severity): string {
  return (looks[severity] ?? info).label
}

/** Tells severities apart by shape as much as by colour. */
export function SeverityIcon({ severity, size = 20 }: { severity: Severity; size?: number }) {
  const { label, color, icon: Glyph } = looks[severity] ?? info
  return (
    <Glyph
      size={size}
      stroke={1.8}
      role="img"
      aria-label={label}
      className={classes.icon ?? ''}
      style={{
        '--severity-strong': `var(--mantine-color-${color}-8)`,
        '--severity-pale': `var(--mantine-color-${color}-4)`,
      }}
    />
  )
}
