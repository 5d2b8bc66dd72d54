import { Group, Loader, Text } from '@mantine/core'
import { IconCircleCheck, IconExclamationCircle } from '@tabler/icons-react'
import type { ApiError } from '../../../app/api-error'
import { Panel } from '../../../ui/panel'

interface CheckPanelProps {
  /** What has to be there before anything is checked. */
  readonly missing: readonly string[]
  readonly isChecking: boolean
  /** Whether what stands there was checked. */
  readonly isChecked: boolean
  /** Why it could not be checked. */
  readonly failure: ApiError | undefined
  /** How much is wrong. */
  readonly count: number
}

/** Whether what was typed could be registered, as the server sees it. */
export function CheckPanel({ missing, isChecking, isChecked, failure, count }: CheckPanelProps) {
  return (
    <Panel title="Check">
      <div aria-live="polite" data-testid="check">
        <Verdict
          missing={missing}
          isChecking={isChecking}
          isChecked={isChecked}
          failure={failure}
          count={count}
        />
      </div>
    </Panel>
  )
}

function Verdict({ missing, isChecking, isChecked, failure, count }: CheckPanelProps) {
  if (missing.length > 0) {
    return (
      <Text size="sm" c="dimmed">
        Still needed: {missing.join(', ')}.
      </Text>
    )
  }
  if (count > 0) {
    return (
      <Group gap={8} wrap="nowrap" align="flex-start">
        <IconExclamationCircle size={18} color="var(--mantine-color-error)" aria-hidden />
        <Text size="sm">{count === 1 ? 'One thing is' : `${count} things are`} to be corrected.</Text>
      </Group>
    )
  }
  if (failure !== undefined) {
    return (
      <Text size="sm" c="dimmed">
        It could not be checked: {failure.message}
      </Text>
    )
  }
  if (isChecking || !isChecked) {
    return (
      <Group gap={8} wrap="nowrap">
        <Loader size={14} aria-hidden />
        <Text size="sm" c="dimmed">
          Checking…
        </Text>
      </Group>
    )
  }
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <IconCircleCheck size={18} color="var(--mantine-color-teal-6)" aria-hidden />
      <Text size="sm">Nothing is wrong with it.</Text>
    </Group>
  )
}
