import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Button, Text } from '@mantine/core'
import { IconBuilding, IconUser } from '@tabler/icons-react'
import { Panel } from '../../ui/panel'
import classes from './file-page.module.css'

/** With whom a file is shared, in short. */
export function FileSharesPanel({ file, onShare }: { file: File; onShare: () => void }) {
  const { shares } = file
  return (
    <Panel
      title="Shared with"
      actions={
        <Button size="compact-sm" variant="subtle" onClick={onShare}>
          {shares.length === 0 ? 'Share' : 'Change'}
        </Button>
      }
    >
      {shares.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nobody but the members of the organisation.
        </Text>
      ) : (
        <ul className={classes.list}>
          {shares.map(({ with: whom, displayName }) => (
            <li key={whom}>
              {whom.startsWith('organizations/') ? (
                <IconBuilding size={16} stroke={1.7} aria-hidden />
              ) : (
                <IconUser size={16} stroke={1.7} aria-hidden />
              )}
              <Text size="sm" truncate title={displayName}>
                {displayName || 'Unnamed user'}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
