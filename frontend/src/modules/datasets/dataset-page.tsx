import { Button, Group } from '@mantine/core'
import { Link, useParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { Copyable } from '../../ui/copyable'
import { ErrorState } from '../../ui/error-state'
import { formatBytes } from '../../ui/format-bytes'
import { PageHeader } from '../../ui/page-header'
import { PageLoader } from '../../ui/page-loader'
import { Panel } from '../../ui/panel'
import { useDataset } from './dataset-queries'
import { DatasetView } from './dataset-view'
import { formatAxes } from './format-axes'
import { RemoveDataset } from './remove-dataset'

export default function DatasetPage() {
  const organization = useOrganization()
  const { dataset: id = '' } = useParams()
  const query = useDataset(organization.slug, id)

  if (query.data === undefined) {
    return (
      <>
        <PageHeader title={id} />
        {query.isError ? (
          <Panel>
            {toApiError(query.error).code === 'NOT_FOUND' ? (
              <ErrorState
                error={query.error}
                title="There is no such dataset"
                text="It does not exist, was removed, or is not for this organisation to read."
                action={
                  <Button component={Link} to={`${organization.path}/datasets`} variant="default">
                    All datasets
                  </Button>
                }
              />
            ) : (
              <ErrorState error={query.error} onRetry={() => query.refetch()} />
            )}
          </Panel>
        ) : (
          <PageLoader />
        )}
      </>
    )
  }
  const dataset = query.data
  const mayRemove = dataset.file !== '' && organization.may('datasets.register')
  return (
    <>
      <PageHeader
        title={dataset.displayName || id}
        subtitle={
          <Group gap={8} className="numeric">
            <span>{formatAxes(dataset.axes)} px</span>
            <span aria-hidden>·</span>
            <span>{formatBytes(dataset.sizeBytes)}</span>
            <span aria-hidden>·</span>
            <Copyable value={id} what="dataset ID" />
          </Group>
        }
        {...(mayRemove ? { actions: <RemoveDataset dataset={dataset} organization={organization} /> } : {})}
      />
      <DatasetView key={dataset.name} dataset={dataset} organization={organization} />
    </>
  )
}
