import { Text, UnstyledButton } from '@mantine/core'
import type { FieldViolation } from '../../../app/api-error'
import { problemAt } from '../form/problem-at'
import { stepId } from '../graph/spec-graph'
import classes from './problem-list.module.css'
import type { WorkflowDraft } from './workflow-draft'

interface ProblemListProps {
  readonly draft: WorkflowDraft
  readonly violations: readonly FieldViolation[]
  readonly onChoose: (id: string) => void
}

/** What is wrong with which step; each leads there. */
export function ProblemList({ draft, violations, onChoose }: ProblemListProps) {
  const wrong = draft.steps.flatMap((step, index) => {
    const text = problemAt(violations, `spec.steps[${index}]`)
    return text === undefined ? [] : [{ step, text }]
  })
  if (wrong.length === 0) return null
  return (
    <ul className={classes.list} aria-label="What is wrong">
      {wrong.map(({ step, text }) => (
        <li key={step.key}>
          <UnstyledButton className={classes.row ?? ''} onClick={() => onChoose(stepId(step.name))}>
            <b>{step.name}</b>
            <Text span size="sm" c="var(--mantine-color-error)">
              {text}
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  )
}
