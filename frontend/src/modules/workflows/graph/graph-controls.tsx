import { ActionIcon } from '@mantine/core'
import { IconFocusCentered, IconMinus, IconPlus } from '@tabler/icons-react'
import { Panel, useReactFlow } from '@xyflow/react'
import classes from './workflow-graph.module.css'

/** As those of the map: a wheel scrolls the page. */
export function GraphControls({ onFit }: { onFit: () => void }) {
  const { zoomIn, zoomOut } = useReactFlow()
  return (
    <Panel position="bottom-left" className={classes.controls ?? ''}>
      <ActionIcon aria-label="Show more closely" onClick={() => zoomIn()}>
        <IconPlus size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon aria-label="Show from further away" onClick={() => zoomOut()}>
        <IconMinus size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon aria-label="Show all of it" onClick={onFit}>
        <IconFocusCentered size={15} aria-hidden />
      </ActionIcon>
    </Panel>
  )
}
