import type { ReviewStep } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { Text } from '@mantine/core'
import { formatUtc } from '../../../ui/format-time'
import { Panel } from '../../../ui/panel'
import { Tag } from '../../../ui/tag'
import classes from './desk.module.css'
import { stepWords } from './review-step'

/** Who did what, oldest first. */
export function ReviewHistory({ steps }: { steps: readonly ReviewStep[] }) {
  return (
    <Panel title="History">
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li
            key={`${step.action} ${step.time?.toISOString()}`}
            data-internal={step.public ? undefined : true}
          >
            <Text size="sm" fw={600}>
              {stepWords(step.action)} {!step.public && <Tag color="yellow">Internal</Tag>}
            </Text>
            <Text size="sm" c="dimmed">
              {step.userDisplayName === ''
                ? 'by the system'
                : `${step.userDisplayName}, ${step.organizationDisplayName}`}
            </Text>
            {step.reason !== '' && (
              <Text size="sm" className={classes.preserved} mt={2}>
                {step.reason}
              </Text>
            )}
            {step.time !== undefined && (
              <Text size="xs" c="dimmed">
                {formatUtc(step.time)}
              </Text>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  )
}
