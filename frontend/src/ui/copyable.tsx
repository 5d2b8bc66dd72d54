import { ActionIcon, CopyButton, Group, Text, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

interface CopyableProps {
  readonly value: string
  /** What is shown; default the value. */
  readonly shown?: string
  /** What it is, for the button's name: "Copy job ID". */
  readonly what: string
}

/** An identifier in monospace with a button that copies it. */
export function Copyable({ value, shown = value, what }: CopyableProps) {
  return (
    <Group gap={2} wrap="nowrap" display="inline-flex" maw="100%">
      <Text component="span" className="mono" truncate title={value} inherit>
        {shown}
      </Text>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
            <ActionIcon size="sm" onClick={copy} aria-label={copied ? 'Copied' : `Copy ${what}`}>
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}
