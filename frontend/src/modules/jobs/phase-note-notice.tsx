import type { Phase, PhaseNote } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button, Group, Text } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { Notice } from '../../ui/notice'

interface PhaseNoteNoticeProps {
  readonly phase: Phase
  readonly note: PhaseNote
  /** Undefined for whom its pages are not for. */
  readonly organization: CurrentOrganization | undefined
  /** Undefined when the caller may not run the job. */
  readonly onRun: (() => void) | undefined
  readonly pending: boolean
}

/** Why a job is HELD or SUSPENDED, and what to do. */
export function PhaseNoteNotice({ phase, note, organization, onRun, pending }: PhaseNoteNoticeProps) {
  const lacksCredits = note.reason === 'INSUFFICIENT_CREDITS'
  const mayRun = phase === 'PHASE_HELD' && note.ownerMayRun && onRun !== undefined
  return (
    <Notice
      color="grape"
      icon={IconPlayerPause}
      title={
        lacksCredits
          ? 'The job waits for credits'
          : phase === 'PHASE_HELD'
            ? 'The job is held'
            : 'The job is suspended'
      }
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
      {(mayRun || (lacksCredits && organization !== undefined)) && (
        <Group mt="sm">
          {lacksCredits && organization !== undefined && <CreditsLink organization={organization} />}
          {mayRun && (
            <Button
              size="xs"
              variant={lacksCredits ? 'default' : 'filled'}
              leftSection={<IconPlayerPlay size={15} aria-hidden />}
              loading={pending}
              onClick={onRun}
            >
              {lacksCredits ? 'Try again now' : 'Run'}
            </Button>
          )}
        </Group>
      )}
    </Notice>
  )
}

/** To where whoever may can get more, and others see what there is. */
function CreditsLink({ organization }: { organization: CurrentOrganization }) {
  return organization.may('credits.trade') ? (
    <Button component={Link} to={`${organization.path}/transfers/new`} size="xs">
      Buy credits
    </Button>
  ) : (
    <Button component={Link} to={`${organization.path}/credits`} size="xs" variant="default">
      See your credits
    </Button>
  )
}
