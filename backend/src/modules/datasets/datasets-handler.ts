import {
  type Dataset,
  DatasetServiceService,
  type ListDatasetsRequest,
  type SkyCoverage,
  Visibility,
} from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import { organizationContext } from '../../server/call-context.ts'
import { type RegisteredService, registeredService } from '../../server/service-handlers.ts'
import type { IdentityService } from '../identity/index.ts'
import type { Coverage, DatasetRecord } from './dataset.ts'
import type { DatasetSearch, DatasetsService } from './datasets-service.ts'
import type { FileDatasets } from './file-datasets.ts'
import type { TileService } from './tile-service.ts'

export interface DatasetsHandlerDependencies {
  readonly service: DatasetsService
  readonly tiles: TileService
  readonly fileDatasets: FileDatasets
  readonly identity: Pick<IdentityService, 'organizationById'>
}

export function datasetsHandler({
  service,
  tiles,
  fileDatasets,
  identity,
}: DatasetsHandlerDependencies): RegisteredService {
  return registeredService(DatasetServiceService, {
    async listDatasets(request, context) {
      const { organization } = organizationContext(context)
      const { datasets, nextPageToken } = await service.list(organization.id, searchOf(request))
      const owners = await slugsOf(datasets, identity)
      return {
        datasets: datasets.map((record) => datasetMessage(record, organization.slug, owners)),
        nextPageToken,
      }
    },

    async getDataset(request, context) {
      const { organization } = organizationContext(context)
      const record = await service.get(organization.id, idOf(request.name))
      return datasetMessage(record, organization.slug, await slugsOf([record], identity))
    },

    async getDatasetTile(request, context) {
      const { organization } = organizationContext(context)
      const { level, column, row, plane } = request
      const record = await service.get(organization.id, idOf(request.name), { withHeader: false })
      return await tiles.read(record, { level, column, row, plane }, context.signal)
    },

    async registerDataset(request, context) {
      const { organization } = organizationContext(context)
      const { VISIBILITY_EVERYONE } = Visibility
      const asked = {
        fileName: request.file,
        id: request.datasetId,
        displayName: request.displayName,
        visibility: request.visibility === VISIBILITY_EVERYONE ? 'EVERYONE' : 'ORGANIZATION',
      } as const
      const record = await fileDatasets.register(organization, asked, context.signal)
      context.log.info({ dataset: record.publicId }, 'a dataset is made of a file')
      return datasetMessage(record, organization.slug, await slugsOf([record], identity))
    },

    async deleteDataset(request, context) {
      const { organization } = organizationContext(context)
      const id = idOf(request.name)
      await fileDatasets.remove(organization.id, id)
      context.log.info({ dataset: id }, 'a dataset of a file is removed')
      return {}
    },
  })
}

function idOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

const ORDERS: Readonly<Record<string, DatasetSearch['order']>> = {
  create_time: 'create_time',
  size_bytes: 'size_bytes',
}

function searchOf(request: ListDatasetsRequest): DatasetSearch {
  const { pageSize, pageToken, query, intersects } = request
  const [column = '', direction = ''] = request.orderBy.split(' ')
  return {
    pageSize,
    pageToken,
    query,
    intersects: intersects && {
      center: { raDeg: intersects.raDeg, decDeg: intersects.decDeg },
      radiusDeg: intersects.radiusDeg,
    },
    order: ORDERS[column] ?? 'display_name',
    descending: direction === 'desc',
  }
}

/** Slugs of the datasets' owners by their keys. */
async function slugsOf(
  datasets: readonly DatasetRecord[],
  identity: DatasetsHandlerDependencies['identity'],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(datasets.map(({ organizationId }) => organizationId))]
  const found = await Promise.all(ids.map((id) => identity.organizationById(id)))
  return new Map(
    found.flatMap((organization) => (organization ? [[organization.id, organization.slug]] : [])),
  )
}

function datasetMessage(
  record: DatasetRecord,
  seenThrough: string,
  owners: ReadonlyMap<string, string>,
): Dataset {
  const { content, fileId } = record
  const owner = owners.get(record.organizationId) ?? ''
  return {
    name: `organizations/${seenThrough}/datasets/${record.publicId}`,
    displayName: record.displayName,
    owner: `organizations/${owner}`,
    visibility:
      record.visibility === 'EVERYONE' ? Visibility.VISIBILITY_EVERYONE : Visibility.VISIBILITY_ORGANIZATION,
    createTime: record.createTime,
    sizeBytes: BigInt(record.location.sizeBytes),
    sha256: content.sha256,
    hdu: content.hdu,
    bitpix: content.bitpix,
    axes: [...content.axes],
    unit: content.unit,
    coverage: content.coverage && coverageMessage(content.coverage),
    header: [...content.header],
    pyramid: content.pyramid,
    file: fileId === undefined || owner !== seenThrough ? '' : `organizations/${owner}/files/${fileId}`,
  }
}

function coverageMessage(coverage: Coverage): SkyCoverage {
  const { footprint, center, radiusDeg, pixelScaleDeg, projection, frame } = coverage
  return { footprint: [...footprint], center, radiusDeg, pixelScaleDeg, projection, frame }
}
