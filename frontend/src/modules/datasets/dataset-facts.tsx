import type { SpectralAxis } from '@fairlead/backend/spectral'
import type { Dataset } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import { Anchor } from '@mantine/core'
import { Fragment } from 'react'
import { Link } from 'react-router'
import { Copyable } from '../../ui/copyable'
import { Facts } from '../../ui/facts'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { fileAddress } from '../files/file-name'
import { formatWavelength } from '../jobs/spectral'
import { formatUnit } from './format-unit'
import { formatAngle, formatDegrees, formatHours } from './sky-view/format-angle'

interface DatasetFactsProps {
  readonly dataset: Dataset
  readonly spectral: SpectralAxis | undefined
}

export function DatasetFacts({ dataset, spectral }: DatasetFactsProps) {
  const { coverage } = dataset
  const center = coverage?.center
  const wavelengths = spectral && wavelengthsOf(spectral, Number(dataset.axes[2] ?? 1n))
  return (
    <Panel title="Dataset">
      <Facts
        entries={[
          ['Unit', formatUnit(dataset.unit) || '–'],
          ['BITPIX', String(dataset.bitpix)],
          ['HDU', String(dataset.hdu)],
          ...(coverage === undefined
            ? []
            : ([
                ['Projection', `${coverage.projection}, ${coverage.frame}`],
                ['Pixel', formatAngle(coverage.pixelScaleDeg)],
                [
                  'Centre',
                  center === undefined ? (
                    '–'
                  ) : (
                    <Fragment key="center">
                      <span style={{ whiteSpace: 'nowrap' }}>{formatHours(center.raDeg)}</span>{' '}
                      <span style={{ whiteSpace: 'nowrap' }}>{formatDegrees(center.decDeg)}</span>
                    </Fragment>
                  ),
                ],
                ['Radius', coverage.footprint.length === 0 ? 'whole sky' : formatAngle(coverage.radiusDeg)],
              ] as const)),
          ...(wavelengths === undefined ? [] : ([['Wavelengths', wavelengths]] as const)),
          [
            'Readable by',
            dataset.visibility === 'VISIBILITY_EVERYONE' ? 'every member' : 'your organisation',
          ],
          ...(dataset.file === ''
            ? []
            : ([
                [
                  'Made of',
                  <Anchor key="file" component={Link} to={fileAddress(dataset.file)} inherit>
                    a file of yours
                  </Anchor>,
                ],
              ] as const)),
          ['Registered', <RelativeTime key="registered" time={dataset.createTime} />],
          [
            'SHA-256',
            <Copyable
              key="sha256"
              value={dataset.sha256}
              shown={`${dataset.sha256.slice(0, 12)}…`}
              what="SHA-256"
            />,
          ],
        ]}
      />
    </Panel>
  )
}

/** From the shortest to the longest. */
function wavelengthsOf(spectral: SpectralAxis, planes: number): string | undefined {
  const ends = [1, planes].map((plane) => spectral.pixelToWavelength(plane)).sort((one, other) => one - other)
  if (!ends.every((metres) => metres > 0 && Number.isFinite(metres))) return undefined
  return ends.map((metres) => formatWavelength(metres)).join(' to ')
}
