import type { Dataset } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import { Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { formatBytes } from '../../ui/format-bytes'
import { Tag } from '../../ui/tag'
import { datasetId } from './dataset-id'
import classes from './datasets-table.module.css'
import { FootprintThumbnail } from './footprint-thumbnail'
import { formatAxes } from './format-axes'
import { formatAngle } from './sky-view/format-angle'

export function DatasetsTable({
  datasets,
  organization,
}: {
  datasets: readonly Dataset[]
  organization: CurrentOrganization
}) {
  return (
    <Table highlightOnHover aria-label="Datasets" className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={96}>Footprint</Table.Th>
          <Table.Th>Name</Table.Th>
          <Table.Th visibleFrom="sm">Pixels</Table.Th>
          <Table.Th visibleFrom="md">Scale</Table.Th>
          <Table.Th visibleFrom="md">Projection</Table.Th>
          <Table.Th visibleFrom="lg">Unit</Table.Th>
          <Table.Th visibleFrom="sm" ta="right">
            Size
          </Table.Th>
          <Table.Th visibleFrom="lg">Readable by</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {datasets.map((dataset) => {
          const id = datasetId(dataset.name)
          return (
            <Table.Tr key={dataset.name} className={classes.row}>
              <Table.Td>
                <FootprintThumbnail coverage={dataset.coverage} size={72} />
              </Table.Td>
              <Table.Td className={classes.name}>
                <Link
                  to={`${organization.path}/datasets/${encodeURIComponent(id)}`}
                  className={classes.link}
                  title={dataset.displayName || id}
                >
                  {dataset.displayName || id}
                </Link>
                {dataset.displayName !== id && dataset.displayName !== '' && (
                  <Text size="xs" c="dimmed" className="mono" truncate>
                    {id}
                  </Text>
                )}
                <Text size="xs" c="dimmed" hiddenFrom="sm" truncate>
                  {formatAxes(dataset.axes)} px · {formatBytes(dataset.sizeBytes)}
                </Text>
              </Table.Td>
              <Table.Td visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
                {formatAxes(dataset.axes)}
              </Table.Td>
              <Table.Td visibleFrom="md" c="dimmed">
                {dataset.coverage === undefined ? '–' : `${formatAngle(dataset.coverage.pixelScaleDeg)}/px`}
              </Table.Td>
              <Table.Td visibleFrom="md" c="dimmed">
                {dataset.coverage === undefined
                  ? 'none'
                  : `${dataset.coverage.projection} · ${dataset.coverage.frame}`}
              </Table.Td>
              <Table.Td visibleFrom="lg" c="dimmed" className={classes.unit}>
                {dataset.unit || '–'}
              </Table.Td>
              <Table.Td visibleFrom="sm" ta="right" style={{ whiteSpace: 'nowrap' }}>
                {formatBytes(dataset.sizeBytes)}
              </Table.Td>
              <Table.Td visibleFrom="lg">
                <Tag color={dataset.visibility === 'VISIBILITY_EVERYONE' ? 'sea' : 'gray'}>
                  {dataset.visibility === 'VISIBILITY_EVERYONE' ? 'Every member' : 'Your organisation'}
                </Tag>
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
