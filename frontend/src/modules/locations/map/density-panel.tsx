import { Text, useComputedColorScheme } from '@mantine/core'
import classes from './density-panel.module.css'
import { formatPlace } from './format-place'
import { densityColors } from './map-style'
import type { FoundDensity } from './use-density'

interface DensityPanelProps {
  readonly found: FoundDensity
  readonly onShow: (place: { longitude: number; latitude: number }) => void
}

/** What the colours mean, and the fullest cells in words. */
export function DensityPanel({ found: { density, layer }, onShow }: DensityPanelProps) {
  const scheme = useComputedColorScheme('light')
  return (
    <>
      <ul className={classes.legend} aria-label="Colours">
        {layer.limits.map(({ count, colorIndex }, index) => {
          const next = layer.limits[index + 1]?.count
          const upTo = next === undefined ? 'or more' : next - 1 > count ? `to ${next - 1}` : ''
          return (
            <li key={count}>
              <span style={{ background: densityColors[scheme][colorIndex] }} />
              {count} {upTo}
            </li>
          )
        })}
      </ul>
      <Text size="xs" c="dimmed" px="md" pb="xs">
        Persons that were in a cell. Cells with fewer than {density.minimumGroupSize} are left out.
        {density.truncated && ' Only the fullest cells are shown.'}
      </Text>
      <ol className={classes.list} aria-label="Fullest cells">
        {layer.fullest.map(({ cell, count, longitude, latitude }) => (
          <li key={cell}>
            <button type="button" className={classes.row} onClick={() => onShow({ longitude, latitude })}>
              <span className="numeric">{formatPlace({ longitude, latitude })}</span>
              <b>{count}</b>
            </button>
          </li>
        ))}
      </ol>
    </>
  )
}
