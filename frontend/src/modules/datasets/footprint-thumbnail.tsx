import type { SkyCoverage } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import { useMemo } from 'react'
import { allSkyOutline } from './all-sky-outline'
import classes from './footprint-thumbnail.module.css'

/** Where on the sky an image lies: its footprint on a whole-sky Aitoff chart, right ascension growing to the left. */
export function FootprintThumbnail({
  coverage,
  size = 64,
}: {
  coverage: SkyCoverage | undefined
  size?: number
}) {
  const outline = useMemo(() => allSkyOutline(coverage), [coverage])
  return (
    <svg
      className={classes.chart}
      width={size}
      height={size / 2 + 4}
      viewBox="-104 -54 208 108"
      aria-hidden="true"
    >
      <ellipse rx="100" ry="50" className={classes.sky} />
      <path d="M-100 0H100M0 -50V50" className={classes.grid} />
      <ellipse rx="50" ry="50" className={classes.grid} />
      {outline?.kind === 'whole' && <ellipse rx="100" ry="50" className={classes.footprint} />}
      {outline?.kind === 'path' && <path d={outline.path} className={classes.footprint} />}
      {outline?.kind === 'spot' && <circle cx={outline.x} cy={outline.y} r={9} className={classes.spot} />}
    </svg>
  )
}
