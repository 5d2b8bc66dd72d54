import type { StepState } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Tag } from '../../../ui/tag'
import { StepStateIcon } from './step-state-icon'
import classes from './step-state-tag.module.css'
import { stepStateWords } from './step-state-words'

export function StepStateTag({ state }: { state: StepState }) {
  const { label, color, text } = stepStateWords(state)
  return (
    <span title={text}>
      <Tag color={color}>
        <span className={classes.content}>
          <StepStateIcon state={state} size={13} />
          {label}
        </span>
      </Tag>
    </span>
  )
}
