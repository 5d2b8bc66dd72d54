import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconPencil, IconPlayerTrackNext, IconRefresh } from '@tabler/icons-react'
import { Link } from 'react-router'
import { toChoice } from './execution-duration'
import { submitAddress } from './submit-address'
import { useRunAgain } from './use-run-again'

/** Leads to the form, filled in; the menu also submits the job again as it is. */
export function RunAgainButton({ job, path }: { job: Job; path: string }) {
  const again = useRunAgain(job)
  const address = submitAddress(path, job.service, job.parameters, {
    runId: job.runId,
    duration: toChoice(job.executionDuration),
  })
  return (
    <Button.Group>
      <Button
        component={Link}
        to={address}
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden />}
        loading={again.isPending}
      >
        Run again
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={7} aria-label="More ways to run again" disabled={again.isPending}>
            <IconChevronDown size={15} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPlayerTrackNext size={16} aria-hidden />}
            onClick={() => again.mutate()}
          >
            Run again as it is
          </Menu.Item>
          <Menu.Item component={Link} to={address} leftSection={<IconPencil size={16} aria-hidden />}>
            Change it first
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  )
}
