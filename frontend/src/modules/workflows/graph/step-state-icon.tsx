import type { StepState } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import {
  type Icon,
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClock,
  IconHistory,
  IconHourglassEmpty,
  IconPackageExport,
  IconPlayerPlay,
  IconQuestionMark,
  IconRocket,
} from '@tabler/icons-react'

const icons: Partial<Record<StepState, Icon>> = {
  STEP_STATE_BLOCKED: IconHourglassEmpty,
  STEP_STATE_WAITING: IconClock,
  STEP_STATE_STARTING: IconRocket,
  STEP_STATE_RUNNING: IconPlayerPlay,
  STEP_STATE_COLLECTING: IconPackageExport,
  STEP_STATE_COMPLETED: IconCircleCheck,
  STEP_STATE_FAILED: IconAlertTriangle,
  STEP_STATE_CANCELLED: IconBan,
  STEP_STATE_KEPT: IconHistory,
}

/** A shape for each state: colour alone tells nobody who does not see it. */
export function StepStateIcon({ state, size = 16 }: { state: StepState; size?: number }) {
  const Glyph = icons[state] ?? IconQuestionMark
  return <Glyph size={size} stroke={1.8} aria-hidden />
}
