import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Text } from '@mantine/core'
import { IconLink } from '@tabler/icons-react'
import { Link } from 'react-router'
import { Panel } from '../../ui/panel'
import classes from './file-page.module.css'
import { fileUse } from './file-use'

/** What needs the file, so that it cannot be deleted for good. */
export function FileUses({ file }: { file: File }) {
  if (file.usedBy.length === 0) return null
  return (
    <Panel title="Used by">
      <ul className={classes.list}>
        {file.usedBy.map((name) => {
          const { label, to } = fileUse(name)
          return (
            <li key={name}>
              <IconLink size={16} stroke={1.7} aria-hidden />
              <Text size="sm" truncate title={label}>
                {to === undefined ? label : <Link to={to}>{label}</Link>}
              </Text>
            </li>
          )
        })}
      </ul>
      <Text size="xs" c="dimmed" mt={6}>
        The version that is used stays until then.
      </Text>
    </Panel>
  )
}
