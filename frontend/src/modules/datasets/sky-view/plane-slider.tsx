import { ActionIcon, Group, Input, Slider, Text } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'

interface PlaneSliderProps {
  readonly planes: number
  /** From 0. */
  readonly plane: number
  /** What a plane shows, such as its wavelength. */
  readonly describe: (plane: number) => string | undefined
  readonly onPlane: (plane: number) => void
}

/** Chooses the plane of a cube; a plane is loaded when the thumb is let go. */
export function PlaneSlider({ planes, plane, describe, onPlane }: PlaneSliderProps) {
  const [dragged, setDragged] = useState<number>()
  const shown = dragged ?? plane
  const text = describe(shown)
  const step = (by: number) => onPlane(plane + by)
  return (
    <Input.Wrapper
      label={
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <span className="numeric">
            Plane {shown + 1} of {planes}
          </span>
          {text !== undefined && (
            <Text span size="sm" c="dimmed" className="numeric">
              {text}
            </Text>
          )}
        </Group>
      }
      labelElement="div"
      labelProps={{ style: { width: '100%' } }}
    >
      <Group gap={8} wrap="nowrap" mt={4}>
        <ActionIcon aria-label="Previous plane" disabled={plane === 0} onClick={() => step(-1)}>
          <IconChevronLeft size={17} aria-hidden />
        </ActionIcon>
        <Slider
          flex={1}
          size="sm"
          thumbLabel="Plane"
          thumbProps={{ 'aria-valuetext': `Plane ${shown + 1}${text === undefined ? '' : `, ${text}`}` }}
          label={null}
          min={1}
          max={planes}
          value={shown + 1}
          onChange={(value) => setDragged(value - 1)}
          onChangeEnd={(value) => {
            setDragged(undefined)
            onPlane(value - 1)
          }}
        />
        <ActionIcon aria-label="Next plane" disabled={plane === planes - 1} onClick={() => step(1)}>
          <IconChevronRight size={17} aria-hidden />
        </ActionIcon>
      </Group>
    </Input.Wrapper>
  )
}
