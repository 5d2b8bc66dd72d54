import { ActionIcon, Tooltip } from '@mantine/core'
import { IconArrowsMaximize, IconMinus, IconPlus } from '@tabler/icons-react'
import type { RefObject } from 'react'
import type { SkyViewControls } from './sky-view'
import classes from './zoom-buttons.module.css'

const step = 1.6

export function ZoomButtons({ controls }: { controls: RefObject<SkyViewControls | null> }) {
  const buttons = [
    { label: 'Zoom in', Glyph: IconPlus, act: () => controls.current?.zoom(step) },
    { label: 'Zoom out', Glyph: IconMinus, act: () => controls.current?.zoom(1 / step) },
    { label: 'Show the whole image', Glyph: IconArrowsMaximize, act: () => controls.current?.fit() },
  ]
  return (
    <div className={classes.buttons}>
      {buttons.map(({ label, Glyph, act }) => (
        <Tooltip key={label} label={label} position="left">
          <ActionIcon size={32} variant="default" aria-label={label} onClick={act}>
            <Glyph size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
    </div>
  )
}
