import { icrsToGalactic } from '@fairlead/backend/wcs'
import { formatUnit } from '../format-unit'
import classes from './cursor-readout.module.css'
import { formatDegrees, formatHours } from './format-angle'
import { formatValue } from './format-value'
import type { CursorReading } from './sky-view'

/** Pixel, value and position under the pointer. Not announced: it follows the mouse. */
export function CursorReadout({ reading, unit }: { reading: CursorReading | undefined; unit: string }) {
  if (reading === undefined) return <div className={classes.readout}>Point at the image to read it</div>
  const { pixel, sky, pixelValue } = reading
  const galactic = sky === undefined ? undefined : icrsToGalactic(sky.raDeg, sky.decDeg)
  return (
    <div className={classes.readout}>
      <span>
        <b>x y</b> {Math.round(pixel.x)} {Math.round(pixel.y)}
      </span>
      <span>
        <b>value</b> {pixelValue === undefined ? '–' : valueText(pixelValue.value, pixelValue.coarse, unit)}
      </span>
      {sky !== undefined && galactic !== undefined && (
        <>
          <span>
            <b>ICRS</b> {sky.raDeg.toFixed(5)} {signed(sky.decDeg, 5)}
          </span>
          <span className={classes.long}>
            {formatHours(sky.raDeg)} {formatDegrees(sky.decDeg)}
          </span>
          <span className={classes.long}>
            <b>l b</b> {galactic.lonDeg.toFixed(4)} {signed(galactic.latDeg, 4)}
          </span>
        </>
      )}
    </div>
  )
}

function valueText(value: number | undefined, coarse: boolean, unit: string): string {
  if (value === undefined) return 'blank'
  return `${coarse ? '≈ ' : ''}${formatValue(value)}${unit === '' ? '' : ` ${formatUnit(unit)}`}`
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`
}
