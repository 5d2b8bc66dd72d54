import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconArrowsMaximize, IconCircleDashed, IconMinus, IconPlus, IconPolygon } from '@tabler/icons-react'
import type { RefObject } from 'react'
import classes from './sky-toolbar.module.css'
import type { SkyViewControls, Tool } from './sky-view'

interface SkyToolbarProps {
  readonly tool: Tool
  readonly hasCoordinates: boolean
  readonly controls: RefObject<SkyViewControls | null>
  readonly onTool: (tool: Tool) => void
}

const tools = [
  { tool: 'circle', label: 'Draw circle', Glyph: IconCircleDashed },
  { tool: 'polygon', label: 'Draw polygon', Glyph: IconPolygon },
] as const

export function SkyToolbar({ tool, hasCoordinates, controls, onTool }: SkyToolbarProps) {
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Sky view">
      {hasCoordinates &&
        tools.map(({ tool: choice, label, Glyph }) => (
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
      <div className={classes.zoom}>
        <Tooltip label="Zoom in">
          <ActionIcon
            size="md"
            variant="default"
            aria-label="Zoom in"
            onClick={() => controls.current?.zoom(1.6)}
          >
            <IconPlus size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Zoom out">
          <ActionIcon
            size="md"
            variant="default"
            aria-label="Zoom out"
            onClick={() => controls.current?.zoom(1 / 1.6)}
          >
            <IconMinus size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Show the whole image">
          <ActionIcon
            size="md"
            variant="default"
            aria-label="Show the whole image"
            onClick={() => controls.current?.fit()}
          >
            <IconArrowsMaximize size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  )
}
