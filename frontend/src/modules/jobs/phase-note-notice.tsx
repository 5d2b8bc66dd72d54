import type { Phase, PhaseNote } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button, Group, Text } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { Notice } from '../../ui/notice'

interface PhaseNoteNoticeProps {
  readonly phase: Phase
  readonly note: PhaseNote
  /** Undefined when the caller may not run the job. */
  readonly onRun: (() => void) | undefined
  readonly pending: boolean
}

/** Why a job is HELD or SUSPENDED, and what to do. */
export function PhaseNoteNotice({ phase, note, onRun, pending }: PhaseNoteNoticeProps) {
  const mayRun = phase === 'PHASE_HELD' && note.ownerMayRun && onRun !== undefined
  return (
    <Notice
      color="grape"
      icon={IconPlayerPause}
      title={phase === 'PHASE_HELD' ? 'The job is held' : 'The job is suspended'}
      data-testid="phase-note"
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {note.message}
      </Text>
      {note.reason.endsWith('_BY_OPERATOR') && !note.ownerMayRun && (
        <Text size="sm" mt={4}>
          It goes on when the operator releases it.
        </Text>
      )}
      <Text size="xs" c="dimmed" mt={6}>
        <span className="mono">{note.reason}</span>
        {phase === 'PHASE_SUSPENDED' && ' · this time does not count against its limit'}
      </Text>
      {mayRun && (
        <Group mt="sm">
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={15} aria-hidden />}
            loading={pending}
            onClick={onRun}
          >
            Run
          </Button>
        </Group>
      )}
    </Notice>
  )
}
