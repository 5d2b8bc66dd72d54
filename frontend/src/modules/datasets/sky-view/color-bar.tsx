import { type Appearance, renderValues } from '@fairlead/backend/imaging'
import { Group, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { formatUnit } from '../format-unit'
import { formatValue } from './format-value'

const steps = 256

/** Which colour stands for which value between the cuts. */
export function ColorBar({ appearance, unit }: { appearance: Appearance; unit: string }) {
  const element = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = element.current?.getContext('2d')
    if (context == null) return
    const ramp = Float64Array.from({ length: steps }, (_, step) => step / (steps - 1))
    const pixels = renderValues(ramp, { ...appearance, minimum: 0, maximum: 1 })
    context.putImageData(new ImageData(pixels, steps, 1), 0, 0)
  }, [appearance])
  return (
    <div>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus. */}
      <canvas
        ref={element}
        width={steps}
        height={1}
        aria-hidden="true"
        style={{ display: 'block', width: '100%', height: 12, borderRadius: 4 }}
      />
      <Group justify="space-between" mt={3} gap="xs" wrap="nowrap">
        {[appearance.minimum, appearance.maximum].map((value, end) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the two ends may have the same value.
          <Text key={end} size="xs" c="dimmed" className="numeric">
            {formatValue(value)} {end === 1 && formatUnit(unit)}
          </Text>
        ))}
      </Group>
    </div>
  )
}
