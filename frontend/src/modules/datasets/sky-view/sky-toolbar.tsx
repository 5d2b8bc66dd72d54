import { Button } from '@mantine/core'
import { IconCircleDashed, IconPolygon } from '@tabler/icons-react'
import classes from './sky-toolbar.module.css'
import type { Tool } from './sky-view'

interface SkyToolbarProps {
  readonly tool: Tool
  readonly onTool: (tool: Tool) => void
}

const tools = [
  { tool: 'circle', label: 'Draw circle', Glyph: IconCircleDashed },
  { tool: 'polygon', label: 'Draw polygon', Glyph: IconPolygon },
] as const

export function SkyToolbar({ tool, onTool }: SkyToolbarProps) {
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Region tools">
      {tools.map(({ tool: choice, label, Glyph }) => (
        <Button
          key={choice}
          size="xs"
          variant={tool === choice ? 'filled' : 'default'}
          leftSection={<Glyph size={16} aria-hidden />}
          aria-pressed={tool === choice}
          onClick={() => onTool(tool === choice ? 'pan' : choice)}
        >
          {label}
        </Button>
      ))}
    </div>
  )
}
