import type { Dataset } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import { Fragment } from 'react'
import { Copyable } from '../../ui/copyable'
import { Facts } from '../../ui/facts'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { formatAngle, formatDegrees, formatHours } from './sky-view/format-angle'

export function DatasetFacts({ dataset }: { dataset: Dataset }) {
  const { coverage } = dataset
  const center = coverage?.center
  return (
    <Panel title="Dataset">
      <Facts
        entries={[
          ['Unit', dataset.unit || '–'],
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
          [
            'Readable by',
            dataset.visibility === 'VISIBILITY_EVERYONE' ? 'every member' : 'your organisation',
          ],
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
