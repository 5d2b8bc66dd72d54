import { ActionIcon, Menu } from '@mantine/core'
import { IconCopy, IconDots, IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { notifySuccess } from '../../ui/notify'
import type { Intervention } from './intervention-dialog'

/** Asks the operator for the reason of an intervention. */
export type Intervene = (intervention: Intervention, job: string, description: string) => void

interface JobMenuProps {
  /** Of the button. */
  readonly label: string
  /** "organizations/{organization}/jobs/{uuid}" */
  readonly job: string
  /** What the job is, for people. */
  readonly description: string
  readonly mayHold?: boolean
  /** Undefined when there is nothing to release. */
  readonly onRelease?: (() => void) | undefined
  readonly onIntervene: Intervene
}

/** What the operator may do to a job. */
export function JobMenu({ label, job, description, mayHold = true, onRelease, onIntervene }: JobMenuProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={label}>
          <IconDots size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {onRelease !== undefined && (
          <Menu.Item leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={onRelease}>
            Release the job
          </Menu.Item>
        )}
        {mayHold && (
          <Menu.Item
            leftSection={<IconPlayerPause size={16} aria-hidden />}
            onClick={() => onIntervene('hold', job, description)}
          >
            Hold the job…
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          c="var(--mantine-color-error)"
          onClick={() => onIntervene('abort', job, description)}
        >
          Abort the job…
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={16} aria-hidden />}
          onClick={() => {
            void navigator.clipboard.writeText(job).then(() => notifySuccess('Job name copied'))
          }}
        >
          Copy the job’s name
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
