import { useComputedColorScheme } from '@mantine/core'
import { personColor, personStyle } from './person-style'

const dashes = { solid: undefined, dashed: '7 4', dotted: '0.1 6' }

/** How a person's track is drawn. */
export function LineSample({ place }: { place: number }) {
  const scheme = useComputedColorScheme('light')
  return (
    <svg width={26} height={14} aria-hidden style={{ flex: 'none' }}>
      <line
        x1={2}
        y1={7}
        x2={24}
        y2={7}
        stroke={personColor(place, scheme)}
        strokeWidth={3.5}
        strokeLinecap="round"
        strokeDasharray={dashes[personStyle(place).dash]}
      />
    </svg>
  )
}
